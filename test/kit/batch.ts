import type { Answer } from './web-api';
import type { TestApi } from './web-api';

/** One request in a batch. */
export interface Inner {
  method: string;
  path: string;
  body?: unknown;
  id?: string;
  headers?: Record<string, string>;
}

/** The text of a batch; an array within it is a change set. */
export function batchOf(items: readonly (Inner | readonly Inner[])[], newline = '\r\n'): string {
  const request = ({ method, path, body, id, headers = {} }: Inner) =>
    [
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      ...(id === undefined ? [] : [`Content-ID: ${id}`]),
      '',
      `${method} ${path} HTTP/1.1`,
      'Content-Type: application/json',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      typeof body === 'string' ? body : (JSON.stringify(body) ?? ''),
    ].join(newline);
  const multipart = (parts: readonly string[], boundary: string) =>
    [...parts.flatMap((part) => [`--${boundary}`, part]), `--${boundary}--`, ''].join(newline);
  const parts = items.map((item, i) =>
    'method' in item
      ? request(item)
      : [
          `Content-Type: multipart/mixed;boundary=changeset_${i}`,
          '',
          multipart(item.map(request), `changeset_${i}`),
        ].join(newline),
  );
  return multipart(parts, 'batch_1');
}

/** An answer in a batch. */
export interface Reply {
  status: number;
  headers: Headers;
  json: Answer['json'];
}

export interface BatchAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** An array for a change set that was carried out. */
  replies: (Reply | Reply[])[];
}

/** Sends a batch and takes its answer apart. */
export async function sendBatch(
  api: TestApi,
  items: readonly (Inner | readonly Inner[])[],
  headers: Record<string, string> = {},
): Promise<BatchAnswer> {
  const type = 'multipart/mixed; boundary="batch_1"';
  const answer = await api.send('POST', '/$batch', batchOf(items), { 'content-type': type, ...headers });
  if (answer.faults.length > 0) throw new Error(`faults: ${String(answer.faults[0])}`);
  return { status: answer.status, headers: answer.headers, text: answer.text, replies: repliesIn(answer) };
}

function repliesIn({ text, headers }: { text: string; headers: Headers }): (Reply | Reply[])[] {
  const boundary = /boundary=(\S+)$/.exec(headers.get('content-type') ?? '')?.[1];
  if (boundary === undefined) throw new Error(`no batch: ${text}`);
  return cut(text, boundary).map((part) => {
    const inner = /^Content-Type: multipart\/mixed; boundary=(\S+)\r\n\r\n/.exec(part);
    return inner ? cut(part.slice(inner[0].length), inner[1]!).map(replyIn) : replyIn(part);
  });
}

function cut(text: string, boundary: string): string[] {
  const parts = text.split(`--${boundary}\r\n`).slice(1);
  const last = parts.pop()!;
  const end = last.indexOf(`--${boundary}--`);
  if (end === -1) throw new Error(`no end of ${boundary}`);
  return [...parts, last.slice(0, end)];
}

function replyIn(part: string): Reply {
  const [outer = '', inner = '', ...body] = part.split('\r\n\r\n');
  const [line = '', ...lines] = inner.split('\r\n');
  const headers = new Headers();
  for (const each of [...outer.split('\r\n'), ...lines]) {
    const [, name, value] = /^([^:]+): (.*)$/.exec(each) ?? [];
    if (name !== undefined) headers.append(name, value!);
  }
  const text = body.join('\r\n\r\n').replace(/\r\n$/, '');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]),
    headers,
    json: (text === '' ? undefined : JSON.parse(text)) as Answer['json'],
  };
}
