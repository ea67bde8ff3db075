import { positionOf, rangesOf } from '../domain/coverage';
import type { Range } from '../domain/coverage';
import type { KeyColumn } from '../domain/group-key';
import { isTelemetry, valuesIn } from '../domain/hub-event';
import type { HubEvent } from '../domain/hub-event';
import { serialId, sourceNumber } from '../domain/ids';
import { identityOf } from '../domain/fold';
import type { Refusal } from '../domain/fields';
import { understand } from '../domain/incoming';
import type { IncomingAlert, Telemetry } from '../domain/incoming';
import { judgedBy } from '../domain/message-part';
import { raise } from '../domain/raise';
import type { Opened } from '../domain/settlement';
import type { Source } from '../ports/alert-ledger';
import type { RecordStore } from '../ports/record-store';
import type { DeviceDirectory, DeviceView } from './device-directory';
import { parkMessages } from './park-messages';
import type { Misunderstood, Parked } from './park-messages';
import { sendersOf } from './senders';
import type { Senders } from './senders';
import { settleAlerts } from './settle-alerts';
import type { Batch, SettleDeps } from './settle-alerts';
import { keyOf } from './settle-sources';

export interface IngestDeps extends SettleDeps {
  records: RecordStore;
  devices: DeviceDirectory;
  groupBy: readonly KeyColumn[];
  /** Whether a device may name another one, as a gateway does. */
  speakForOthers: boolean;
  /** Up to where this process has dealt with each source without a gap. */
  progress: Map<string, Range>;
}

/** What became of a batch of events. */
export interface Ingested {
  opened: Opened[];
  parked: Parked[];
  /** Alerts that an earlier delivery had settled. */
  skipped: number;
  /** Events that are none of ours: the hub's own notices. */
  ignored: number;
}

/** One JSON object of a message, and where it stood. */
export interface Part {
  event: HubEvent;
  /** In the message's array; `all` when the message could not be read at all. */
  index: number | 'all';
  content: IncomingAlert | Telemetry | Refusal;
}

/**
 * Turns a batch of one hub partition into alerts and settles them. Returns when all of it is durable, throws when the
 * storage fails, so that the batch is delivered again. What cannot be understood is parked and blocks nobody.
 */
export async function ingestEvents(source: Source, batch: readonly HubEvent[], deps: IngestDeps): Promise<Ingested> {
  const devices = deps.devices.open();
  const { arrivals, refusals, covered, ignored } = await readEvents(source, batch, devices, deps);
  const parked = await parkMessages(source, refusals, deps);
  const { opened, skipped } = await settleAlerts({ arrivals, origin: { source, covered } }, devices, deps);
  const last = covered.at(-1);
  if (last) deps.progress.set(keyOf(source), last);
  return { opened, parked, skipped, ignored };
}

/** What a batch brings, and nothing of what it was read from. */
async function readEvents(source: Source, batch: readonly HubEvent[], devices: DeviceView, deps: IngestDeps) {
  // Shuffled within a batch is harmless; the coverage needs ascending order, and most are.
  const isInOrder = batch.every(({ sequence }, i) => i === 0 || sequence >= batch[i - 1]!.sequence);
  const events = isInOrder ? batch : batch.toSorted((a, b) => a.sequence - b.sequence);
  const telemetry = events.filter(isTelemetry);
  const parts: Part[] = [];
  for (const event of telemetry) addParts(event, deps.speakForOthers, parts);
  const senders = sendersOf(await devices.find(deviceIdsIn(parts)), deps.groupBy);
  const covered = withProgress(deps.progress.get(keyOf(source)), rangesOf(events.map(({ sequence }) => sequence)));
  const read = arrivalsOf(parts, sourceNumber(source.hub, source.partition), senders);
  return { ...read, covered, ignored: events.length - telemetry.length };
}

/** Adds what is in a message: each value, understood or refused. */
export function addParts(event: HubEvent, forOthers: boolean, parts: Part[]): void {
  const { connectionDeviceId, enqueued, messageId } = event;
  const read = valuesIn(event.body);
  if ('kind' in read) {
    parts.push({ event, index: 'all', content: read });
    return;
  }
  const { values, text, written } = read;
  for (let index = 0; index < values.length; index += 1) {
    // Several alerts in one message share its id without being one event.
    const own = messageId && `${messageId}#${index}`;
    const item = { value: values[index], text, written, connectionDeviceId, messageId: own, enqueued, forOthers };
    parts.push({ event, index, content: understand(item) });
  }
}

function deviceIdsIn(parts: readonly Part[]): Set<string> {
  const ids = new Set<string>();
  for (const { content } of parts) if (content.kind !== 'refused') ids.add(content.deviceId);
  return ids;
}

type Arrivals = Batch['arrivals'][number][];

/** Numbers what each event holds: alerts as they come, telemetry once for every rule of the device's category. */
function arrivalsOf(parts: readonly Part[], source: number, senders: Senders) {
  const arrivals: Arrivals = [];
  const refusals: Misunderstood[] = [];
  let previous: HubEvent | undefined;
  let index = 0;
  for (const { event, index: value, content } of parts) {
    if (event !== previous) index = 0;
    previous = event;
    if (content.kind === 'alert') {
      arrivals.push(arrivalOf(source, event, index, content, senders));
      index += 1;
      continue;
    }
    const rules = content.kind === 'telemetry' ? senders.rulesOf(content.deviceId) : [];
    const results = content.kind === 'telemetry' ? raise(content, rules) : [content];
    for (const result of results) {
      if (result.kind === 'refused') {
        refusals.push({ event, index, refusal: result, part: { value, judged: judgedBy(rules, measuresIn(results)) } });
      } else arrivals.push(arrivalOf(source, event, index, result, senders));
      index += 1;
    }
  }
  return { arrivals, refusals };
}

/** Those that could not be read. */
function measuresIn(results: readonly (IncomingAlert | Refusal)[]): string[] {
  return results.flatMap((result) => (result.kind === 'refused' && result.measure) || []);
}

function arrivalOf(
  source: number,
  event: HubEvent,
  index: number,
  alert: IncomingAlert,
  senders: Senders,
): Arrivals[number] {
  const { groupKey, shard, device } = senders.groupOf(alert);
  const position = positionOf(event.sequence, index);
  const id = serialId({ time: event.enqueued, shard }, { source, position });
  return { id, alert, identity: identityOf(alert), groupKey, shard, position, device, packs: true };
}

/** Ranges that follow on what this process dealt with before reach back to it, so that one range stays one range. */
function withProgress(progress: Range | undefined, ranges: Range[]): Range[] {
  return ranges.map(([from, to]) => {
    const follows = progress && progress[0] <= from && from <= progress[1] + 1;
    return follows ? [progress[0], Math.max(to, progress[1])] : [from, to];
  });
}
