import { addParts } from '../domain/event-parts';
import type { EventPart } from '../domain/event-parts';
import { identityOf } from '../domain/fold';
import type { HubEvent } from '../domain/hub-event';
import type { IncomingAlert } from '../domain/incoming';
import { readPart, rulesLeft } from '../domain/message-part';
import type { MessagePart } from '../domain/message-part';
import { raise } from '../domain/raise';
import { numberOfText } from '../domain/text-hash';
import type { DeviceView } from './device-directory';
import type { IngestDeps } from './ingest-events';
import type { Parked } from './park-messages';
import { writtenBefore } from './post-alerts';
import { sendersOf } from './senders';
import type { Senders } from './senders';
import { settleAlerts } from './settle-alerts';
import type { Batch } from './settle-alerts';

/** What became of a parked message. `alerts` are those it raised now; another replay may have raised them already. */
export type Replay = { kind: 'replayed'; alerts: number } | { kind: 'refused'; words: string } | { kind: 'missing' };

/**
 * Sends a parked message the way it would have gone if it had been understood: to the rules as they are now, to its group,
 * to a case. It goes away when what it raised is durable. However often and by how many this is asked for, it raises each
 * alert once: what was raised is told by receipts, written in the same transaction.
 */
export async function replayParked(id: string, deps: IngestDeps): Promise<Replay> {
  const stored = await deps.records.get('ccs_parkedmessage', id);
  if (!stored) return { kind: 'missing' };
  const message = stored.row as Parked;
  const part = readPart(message.ccs_part, message.ccs_judgedmeasures);
  if (!part)
    return { kind: 'refused', words: `This was not sent by a device, or was parked before replays: ${delete_}` };
  const devices = deps.devices.open();
  const raised = await understood(message, part, devices, deps);
  if (typeof raised === 'string') return { kind: 'refused', words: raised };
  const alerts = await settleOnce(message, raised, devices, deps);
  // Somebody who was faster has removed it for the same reason.
  await deps.records.remove('ccs_parkedmessage', id, stored.etag);
  return { kind: 'replayed', alerts };
}

const delete_ = 'delete it when it is dealt with.';

/** An alert, and what tells it from others of the same part: the rule that raised it. */
interface Raised {
  alert: IncomingAlert;
  group: ReturnType<Senders['groupOf']>;
  name: string;
}

/** What the part raises, all of it; or the reason why some of it cannot be understood still. */
async function understood(
  message: Parked,
  part: MessagePart,
  devices: DeviceView,
  { groupBy, speakForOthers }: IngestDeps,
): Promise<Raised[] | string> {
  const all: EventPart[] = [];
  addParts(eventOf(message), speakForOthers, all);
  const parts = all.filter(({ index }) => part.value === 'all' || index === 'all' || index === part.value);
  const ids = parts.flatMap(({ content }) => (content.kind === 'refused' ? [] : [content.deviceId]));
  const senders = sendersOf(await devices.find(new Set(ids), 'fresh'), groupBy);
  const raised: Raised[] = [];
  for (const { index, content } of parts) {
    const results =
      content.kind === 'telemetry' ? raise(content, rulesLeft(senders.rulesOf(content.deviceId), part)) : [content];
    for (const result of results) {
      if (result.kind === 'refused') return result.detail;
      const { readingType, ruleOutput, threshold, description } = result;
      const name = JSON.stringify([index, readingType, ruleOutput, threshold, description]);
      if (!raised.some((other) => other.name === name)) {
        raised.push({ alert: result, group: senders.groupOf(result), name });
      }
    }
  }
  return raised;
}

function eventOf(message: Parked): HubEvent {
  const encoding = message.ccs_bodyencoding === 'base64' ? 'base64' : 'utf8';
  return {
    sequence: Number(message.ccs_sequencenumber),
    enqueued: Date.parse(message.ccs_enqueuedtime!),
    connectionDeviceId: message.msdyn_deviceid ?? undefined,
    messageId: message.ccs_messageid ?? undefined,
    messageSource: undefined,
    body: Buffer.from(message.ccs_body ?? '', encoding),
  };
}

/** Settles what no replay has settled. Rows that are about one part share its receipts. Returns how many were new. */
async function settleOnce(
  message: Parked,
  raised: readonly Raised[],
  devices: DeviceView,
  deps: IngestDeps,
): Promise<number> {
  const { ccs_hub: hub, ccs_partition: partition, ccs_sequencenumber: sequence, ccs_part: part } = message;
  const request = { key: `replay ${hub}/${partition}/${sequence}/${part}`, body: 'replay' };
  const created = Date.parse(message.ccs_enqueuedtime!);
  const arrivals = raised.map(({ alert, group: { groupKey, shard, device }, name }): Batch['arrivals'][number] => {
    const target = { index: numberOfText(name), created };
    return { id: '', alert, identity: identityOf(alert), groupKey, shard, device, position: null, packs: true, target };
  });
  // In any shard, because groups may have moved since.
  const earlier = await writtenBefore(request, deps);
  const open = arrivals.filter(({ target }) => !earlier.has(target!.index));
  await settleAlerts({ arrivals: open, request }, devices, deps);
  return open.length;
}
