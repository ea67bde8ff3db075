import { placeOf, positionOf, rangesOf } from '../domain/coverage';
import type { Range } from '../domain/coverage';
import { addParts } from '../domain/event-parts';
import type { EventPart } from '../domain/event-parts';
import type { Refusal } from '../domain/fields';
import { identityOf } from '../domain/fold';
import type { Arrival } from '../domain/fold';
import type { KeyColumn } from '../domain/group-key';
import { isTelemetry } from '../domain/hub-event';
import type { HubEvent } from '../domain/hub-event';
import { serialId, sourceNumber } from '../domain/ids';
import type { IncomingAlert } from '../domain/incoming';
import { judgedBy } from '../domain/message-part';
import { raise } from '../domain/raise';
import type { Source } from '../ports/alert-ledger';
import type { DeviceDirectory, DeviceView } from './device-directory';
import type { Misunderstood } from './park-messages';
import { sendersOf } from './senders';
import type { Senders } from './senders';
import type { Batch } from './settle-alerts';
import { keyOf } from './settle-sources';

export interface ReadDeps {
  devices: DeviceDirectory;
  groupBy: readonly KeyColumn[];
  /** Whether a device may name another one, as a gateway does. */
  speakForOthers: boolean;
  /** Up to where this process has dealt with each source without a gap. */
  progress: Map<string, Range>;
}

/** What is in a batch of events. */
export interface Read {
  arrivals: Arrivals;
  refusals: Misunderstood[];
  /** The ranges of positions that the batch covers, ascending. */
  covered: Range[];
  /** Events that are none of ours: the hub's own notices. */
  ignored: number;
  /** What of its message an arrival was raised from. */
  partOf(arrival: Arrival): Omit<Misunderstood, 'refusal'>;
}

type Arrivals = Batch['arrivals'][number][];

/** What a batch brings, and nothing of what it was read from. */
export async function readEvents(
  source: Source,
  batch: readonly HubEvent[],
  devices: DeviceView,
  deps: ReadDeps,
): Promise<Read> {
  // Shuffled within a batch is harmless; the coverage needs ascending order, and most are.
  const isInOrder = batch.every(({ sequence }, i) => i === 0 || sequence >= batch[i - 1]!.sequence);
  const events = isInOrder ? batch : batch.toSorted((a, b) => a.sequence - b.sequence);
  const telemetry = events.filter(isTelemetry);
  const parts: EventPart[] = [];
  for (const event of telemetry) addParts(event, deps.speakForOthers, parts);
  const senders = sendersOf(await devices.find(deviceIdsIn(parts)), deps.groupBy);
  const covered = withProgress(deps.progress.get(keyOf(source)), rangesOf(events.map(({ sequence }) => sequence)));
  const read = arrivalsOf(parts, sourceNumber(source.hub, source.partition), senders);
  const partOf: Read['partOf'] = (arrival) => partIn(events, arrival, senders, deps.speakForOthers);
  return { ...read, covered, partOf, ignored: events.length - telemetry.length };
}

/** Reads the event of an arrival again, because hardly anybody asks. */
function partIn(
  events: readonly HubEvent[],
  { position, alert }: Arrival,
  senders: Senders,
  forOthers: boolean,
): ReturnType<Read['partOf']> {
  const { sequence, index } = placeOf(position!);
  const event = events.find((each) => each.sequence === sequence)!;
  const parts: EventPart[] = [];
  addParts(event, forOthers, parts);
  let passed = 0;
  const part = parts.find((each) => (passed += resultsOf(each, rulesFor(each, senders)).length) > index)!;
  const rules = rulesFor(part, senders);
  return {
    event,
    index,
    part: { value: part.index, judged: judgedBy(rules, [alert.readingType?.toLowerCase() ?? '']) },
  };
}

/** The rules that a part is for. */
function rulesFor({ content }: EventPart, senders: Senders): ReturnType<Senders['rulesOf']> {
  return content.kind === 'telemetry' ? senders.rulesOf(content.deviceId) : [];
}

/** The alerts that a part raises, or why it raises none. */
function resultsOf(
  { content }: EventPart,
  rules: ReturnType<Senders['rulesOf']>,
): readonly (IncomingAlert | Refusal)[] {
  return content.kind === 'telemetry' ? raise(content, rules) : [content];
}

function deviceIdsIn(parts: readonly EventPart[]): Set<string> {
  const ids = new Set<string>();
  for (const { content } of parts) if (content.kind !== 'refused') ids.add(content.deviceId);
  return ids;
}

/** Numbers what each event holds: alerts as they come, telemetry once for every rule of the device's category. */
function arrivalsOf(parts: readonly EventPart[], source: number, senders: Senders) {
  const arrivals: Arrivals = [];
  const refusals: Misunderstood[] = [];
  let previous: HubEvent | undefined;
  let index = 0;
  for (const part of parts) {
    const { event, index: value, content } = part;
    if (event !== previous) index = 0;
    previous = event;
    if (content.kind === 'alert') {
      arrivals.push(arrivalOf(source, event, index, content, senders));
      index += 1;
      continue;
    }
    const rules = rulesFor(part, senders);
    const results = resultsOf(part, rules);
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
