import { cutTo } from '../domain/clean-text';
import type { MessagePart } from '../domain/message-part';
import type { HubEvent } from '../domain/hub-event';
import { makeId, shardOf } from '../domain/ids';
import type { Refusal } from '../domain/fields';
import type { EntityRecord } from '../model/entities';
import type { Source } from '../ports/alert-ledger';
import type { RecordStore } from '../ports/record-store';
import { createdBy } from '../domain/stamps';

export type Parked = EntityRecord<'ccs_parkedmessage'>;

/** What could not be understood. Without a part it is nothing that a device said, and cannot be replayed. */
export interface Misunderstood {
  event: HubEvent;
  index: number;
  refusal: Refusal;
  part?: MessagePart;
}

/**
 * Keeps what could not be understood: reason, place in the hub and body, one row for each part. The row's id follows
 * from the place, so parking again changes nothing.
 */
export async function parkMessages(
  source: Source,
  refusals: readonly Misunderstood[],
  { records, now }: { records: RecordStore; now(): number },
): Promise<Parked[]> {
  const rows = refusals.map((refused) => parkedRow(source, refused, now()));
  const results = await Promise.all(
    rows.map(async (row) => ((await records.insert('ccs_parkedmessage', row)).kind === 'inserted' ? [row] : [])),
  );
  return results.flat();
}

function parkedRow({ hub, partition }: Source, refused: Misunderstood, now: number): Parked {
  const { event, index, refusal, part } = refused;
  const seed = `parked ${hub}/${partition}/${event.sequence}/${index}`;
  const body = Buffer.from(event.body);
  const text = body.toString('utf8');
  const isText = refusal.reason !== 'not-utf8' && !text.includes('\0');
  return {
    ccs_parkedmessageid: makeId({ time: event.enqueued, shard: shardOf(seed), seed }),
    ccs_parkedreason: refusal.reason,
    ccs_detail: cutTo(refusal.detail, 400),
    ccs_hub: hub,
    ccs_partition: partition,
    ccs_sequencenumber: String(event.sequence),
    ccs_itemindex: index,
    ...(part && { ccs_part: String(part.value), ccs_judgedmeasures: JSON.stringify(part.judged) }),
    ccs_messageid: event.messageId === undefined ? null : cutTo(event.messageId, 200),
    ccs_enqueuedtime: new Date(event.enqueued).toISOString(),
    msdyn_deviceid: event.connectionDeviceId ?? null,
    ccs_body: isText ? text : body.toString('base64'),
    ccs_bodyencoding: isText ? 'utf-8' : 'base64',
    statecode: 0,
    statuscode: 1,
    ...createdBy(new Date(now).toISOString()),
  };
}
