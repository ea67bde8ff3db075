import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { HttpResponseInit } from '@azure/functions';

/** An answer to a part, with what the caller called the request. */
export type Reply = HttpResponseInit & { contentId?: string | undefined };

/** Writes the answers of a batch as `multipart/mixed`; a list within them is a change set that was carried out. */
export function writeReplies(
  replies: readonly (Reply | readonly Reply[])[],
  unique: () => string,
): { contentType: string; body: string } {
  const boundaryOf = (what: string) => `${what}_${createHash('sha256').update(unique()).digest('hex').slice(0, 32)}`;
  const boundary = boundaryOf('batchresponse');
  const parts = replies.map((reply) =>
    'length' in reply ? nested(reply, boundaryOf('changesetresponse')) : part(reply),
  );
  return { contentType: `multipart/mixed; boundary=${boundary}`, body: multipart(parts, boundary) };
}

function part(answer: Reply): string {
  const { contentId, body } = answer;
  const status = statusOf(answer);
  const lines = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(answer.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}`),
    '',
    typeof body === 'string' ? body : '',
  ];
  return lines.join('\r\n');
}

function nested(replies: readonly Reply[], boundary: string): string {
  return `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${multipart(replies.map(part), boundary)}`;
}

function multipart(parts: readonly string[], boundary: string): string {
  return `${parts.map((text) => `--${boundary}\r\n${text}\r\n`).join('')}--${boundary}--\r\n`;
}

/** Status of an answer that may leave it out. */
export function statusOf({ status }: HttpResponseInit): number {
  return status ?? 200;
}
