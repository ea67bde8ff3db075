import type { HttpResponseInit } from '@azure/functions';
import { ServiceError } from '../domain/errors';
import type { Change, Changed } from '../workflows/change';
import { tableOf } from '../workflows/change';
import type { Step } from '../workflows/make-changes';
import { actionAt } from './action-address';
import type { Asker } from './asker';
import type { BatchItem, InnerRequest } from './batch-request';
import { statusOf, writeReplies } from './batch-replies';
import type { Reply } from './batch-replies';
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
  /** Answers a change that was made. */
  answer(request: WriteRequest, changed: Changed): Promise<HttpResponseInit>;
  /** A text that was never returned before. */
  unique(): string;
  report(error: unknown): void;
}

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
  const { contentType, body } = writeReplies(answers, door.unique);
  const headers = {
    'Content-Type': contentType,
    'OData-Version': '4.0',
    ...(prefer.continueOnError && { 'Preference-Applied': 'odata.continue-on-error' }),
  };
  return { status, headers, body };
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
    replies = await Promise.all(
      changed.map(async (record, i) => ({
        ...(await door.answer(writes[i]!, record)),
        contentId: requests[i]!.contentId,
      })),
    );
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
