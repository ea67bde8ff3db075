import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { HttpResponseInit } from '@azure/functions';
import { ServiceError } from '../domain/errors';
import type { Change, Changed } from '../workflows/change';
import { tableOf } from '../workflows/change';
import type { Step } from '../workflows/make-changes';
import { actionAt } from './action-address';
import { writtenAnswer } from './answers';
import type { Asker } from './asker';
import type { BatchItem, InnerRequest } from './batch-request';
import { answering } from './error-answers';
import type { Message } from './message';
import { recordAddress } from './record-json';
import { messageOf } from './references';
import type { WebRequest } from './request';
import type { WriteRequest } from './write-request';

/** What carries out the requests of a batch: the very door that they would knock at by themselves. */
export interface Door {
  /** Answers one request, its refusal too. */
  serve(message: Message): Promise<HttpResponseInit>;
  read(message: Message): Promise<WebRequest>;
  /** Makes changes that belong together, or none of them. */
  change(steps: readonly Step[]): Promise<Changed[]>;
  /** A text that was never returned before. */
  unique(): string;
  report(error: unknown): void;
}

/** An answer to a part, with what the caller called the request. */
type Reply = HttpResponseInit & { contentId?: string | undefined };

/**
 * Carries out a batch, one item after the other, and answers part by part. The first failure ends it, and its status is
 * that of the whole, unless the caller prefers `odata.continue-on-error`.
 */
export async function batchAnswer(items: readonly BatchItem[], { address, prefer }: Asker, door: Door) {
  const answers: (Reply | Reply[])[] = [];
  let status = 200;
  for (const item of items) {
    const answer =
      item.kind === 'request'
        ? await single(item.request, address.root, door)
        : await changeSet(item.requests, address.root, door);
    answers.push(answer);
    const failed = !Array.isArray(answer) && statusOf(answer) >= 400;
    if (failed && !prefer.continueOnError) {
      status = statusOf(answer);
      break;
    }
  }
  const boundary = `batchresponse_${nonce(door)}`;
  const headers = {
    'Content-Type': `multipart/mixed; boundary=${boundary}`,
    'OData-Version': '4.0',
    ...(prefer.continueOnError && { 'Preference-Applied': 'odata.continue-on-error' }),
  };
  const parts = answers.map((answer) => (Array.isArray(answer) ? nested(answer, nonce(door)) : part(answer)));
  return { status, headers, body: multipart(parts, boundary) };
}

async function single(request: InnerRequest, root: string, door: Door): Promise<Reply> {
  const answer = await door.serve(messageOf(request, root, new Map()));
  return { ...answer, contentId: request.contentId };
}

/** One answer a request, or a single one that says why none of them was carried out. */
async function changeSet(requests: readonly InnerRequest[], root: string, door: Door): Promise<Reply | Reply[]> {
  const writes: WriteRequest[] = [];
  const steps = requests.map((request, i): Step => ({
    name: request.contentId === undefined ? `Request ${i + 1} of the change set` : `Content-ID ${request.contentId}`,
    change: async (before) => {
      const write = await readChange(messageOf(request, root, addresses(requests, writes, before)), door);
      writes[i] = write;
      return write.change;
    },
  }));
  let replies: Reply[] | undefined;
  const refusal = await answering(async () => {
    const changed = await door.change(steps);
    replies = changed.map((record, i) => ({ ...writtenAnswer(writes[i]!, record), contentId: requests[i]!.contentId }));
    return {};
  }, door.report);
  return replies ?? refusal;
}

async function readChange(message: Message, door: Door): Promise<WriteRequest> {
  const action = actionAt(message.url);
  if (action) {
    throw new ServiceError(
      'unsupported',
      `What ${action} does is not undone: call it in the batch, beside the change set.`,
    );
  }
  const request = await door.read(message);
  if (request.kind === 'write') return request;
  throw new ServiceError(
    'unsupported',
    'A change set holds requests that write single records; everything else can stand in the batch beside it.',
  );
}

/** Addresses of the records that the requests before have written, by Content-ID. */
function addresses(
  requests: readonly InnerRequest[],
  writes: readonly WriteRequest[],
  before: readonly Changed[],
): Map<string, string> {
  const made = new Map<string, string>();
  for (const [i, record] of before.entries()) {
    const { contentId } = requests[i]!;
    const change: Change = writes[i]!.change;
    if (contentId !== undefined && record) {
      made.set(contentId, recordAddress(writes[i]!.address.root, tableOf(change), record.row));
    }
  }
  return made;
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

function nested(replies: readonly Reply[], unique: string): string {
  const boundary = `changesetresponse_${unique}`;
  return `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${multipart(replies.map(part), boundary)}`;
}

function multipart(parts: readonly string[], boundary: string): string {
  return `${parts.map((text) => `--${boundary}\r\n${text}\r\n`).join('')}--${boundary}--\r\n`;
}

function nonce({ unique }: Door): string {
  return createHash('sha256').update(unique()).digest('hex').slice(0, 32);
}

function statusOf({ status }: HttpResponseInit): number {
  return status ?? 200;
}
