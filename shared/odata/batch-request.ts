import { ServiceError } from '../domain/errors';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { boundaryOf, partIn, partsOf } from './multipart';
import type { Part } from './multipart';

/** Requests that one batch may hold, and its bytes. */
export const mostRequests = 1_000;
const largestBatch = 32 * 1024 * 1024;

/** A request inside of a batch. Its address may name an earlier one of its change set: see `references.ts`. */
export interface InnerRequest {
  method: string;
  /** As it was written: absolute, or relative to the host or to the service root. */
  target: string;
  headers: ReadonlyMap<string, string>;
  body: Buffer;
  contentId: string | undefined;
}

/** What a batch holds, in order: single requests, and change sets. */
export type BatchItem = { kind: 'request'; request: InnerRequest } | { kind: 'change-set'; requests: InnerRequest[] };

/** Reads the form of a whole batch. Nothing of it is carried out when that is wrong. */
export async function readBatch(message: Message): Promise<BatchItem[]> {
  if (message.method !== 'POST') throw methodNotAllowed(message, 'POST');
  const contentType = message.headers.get('content-type') ?? '';
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    const got = contentType === '' ? 'nothing' : `'${contentType.slice(0, 100)}'`;
    throw new ServiceError('unsupported-media-type', `A batch must be multipart/mixed; its Content-Type is ${got}.`);
  }
  const bytes = Buffer.from(new Uint8Array(await message.arrayBuffer()));
  if (bytes.length > largestBatch) {
    throw new ServiceError('too-large', `The batch has ${bytes.length} bytes; ${largestBatch} are allowed.`);
  }
  const items = partsOf(bytes, boundary, mostRequests).map(itemIn);
  const count = requestsIn(items);
  if (items.length === 0 || count > mostRequests) {
    throw new ServiceError('limit-exceeded', `A batch must hold 1 to ${mostRequests} requests; this one has ${count}.`);
  }
  return items;
}

/** How many requests there are, those in change sets included. */
export function requestsIn(items: readonly BatchItem[]): number {
  return items.reduce((sum, item) => sum + (item.kind === 'request' ? 1 : item.requests.length), 0);
}

function itemIn(part: Part, index: number): BatchItem {
  const boundary = boundaryOf(part.headers.get('content-type') ?? '');
  if (boundary === undefined) return { kind: 'request', request: requestIn(part, `Part ${index + 1}`) };
  const requests = partsOf(part.body, boundary, mostRequests).map((inner, i) =>
    requestIn(inner, `Part ${index + 1}.${i + 1}`),
  );
  const ids = requests.flatMap(({ contentId }) => contentId ?? []);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) {
    throw new ServiceError('bad-request', `Part ${index + 1}: the Content-ID '${twice}' is given twice.`);
  }
  return { kind: 'change-set', requests };
}

/** `METHOD target HTTP/1.1`, headers, an empty line, a body. */
function requestIn({ headers: outer, body: bytes }: Part, where: string): InnerRequest {
  const type = outer.get('content-type') ?? '';
  if (!/^application\/http\s*(;|$)/i.test(type)) {
    throw new ServiceError(
      'bad-request',
      `${where}: its Content-Type must be application/http; got '${type.slice(0, 100)}'.`,
    );
  }
  const start = startOf(bytes);
  const end = bytes.indexOf(0x0a, start);
  const line = bytes.toString('utf8', start, end === -1 ? bytes.length : end).trim();
  const [method = '', ...words] = line.split(/ +/);
  if (/^HTTP\/\d(\.\d)?$/.test(words.at(-1) ?? '')) words.pop();
  const target = words.join(' ');
  if (!/^[A-Z]{1,20}$/.test(method) || target === '') {
    throw new ServiceError('bad-request', `${where}: '${line.slice(0, 60)}' is no request like GET accounts HTTP/1.1.`);
  }
  const { headers, body } = partIn(end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 1));
  // OData puts Content-ID with the part; some clients with the request.
  return { method, target, headers, body, contentId: outer.get('content-id') ?? headers.get('content-id') };
}

/** Where the request line begins: some clients leave more than one empty line before it. */
function startOf(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1;
  return at;
}
