import { cutTo } from '../domain/clean-text';
import { makeId, shardOf } from '../domain/ids';
import type { RecordStore } from '../ports/record-store';
import { createdBy } from '../domain/stamps';

export interface ParkDeps {
  records: RecordStore;
  now(): number;
}

/** Keeps a message of a queue that cannot be understood, once: its id in the queue tells it apart. */
export async function parkRequest(
  { queue, id, body, detail }: { queue: string; id: string; body: string; detail: string },
  { records, now }: ParkDeps,
): Promise<void> {
  const seed = `parked ${queue} ${id}`;
  const time = new Date(now()).toISOString();
  await records.insert('ccs_parkedmessage', {
    ccs_parkedmessageid: makeId({ time: now(), shard: shardOf(seed), seed }),
    ccs_parkedreason: 'unreadable-request',
    ccs_detail: cutTo(detail, 400),
    ccs_hub: `queue ${queue}`,
    ccs_body: cutTo(body, 400_000),
    ccs_bodyencoding: 'utf-8',
    statecode: 0,
    statuscode: 1,
    ...createdBy(time),
  });
}
