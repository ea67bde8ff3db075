import { inflateRawSync } from 'node:zlib';
import { identityOf } from '../../domain/fold';
import { placeInId } from '../../domain/ids';
import { understand } from '../../domain/incoming';
import type { IncomingAlert } from '../../domain/incoming';
import type { Duplicate } from '../../domain/duplicate';
import type { Step } from '../../domain/steps';
import type { Row, Scalar } from '../../model/edm';
import { askedProperties } from './asked-by';
import { byteText } from './byte-text';
import type { ByteText } from './byte-text';
import { deflated } from './deflated';

/*
 * What one commit did, as the compressed text in its log row. The first line is JSON: the steps, and lists that the
 * duplicates point into. Each duplicate is two lines: what stands beside its data, and its data, which is JSON mostly and
 * would only grow by being quoted. What its alert says is read in the data again (`understand`), unless it was not made of
 * that: then the first line is a JSON array of all values.
 */

/** What a log row tells of alerts and groups. */
export interface PackedBatch {
  packed: readonly Duplicate[];
  steps: readonly Step[];
  /** Groups that changed in another way: their rows, written with this log row, say how they are. */
  replaced: readonly string[];
  /** Groups whose rows were written with this log row. */
  saved: readonly string[];
}

interface Head {
  created: number;
  steps: readonly Step[];
  replaced: readonly string[];
  saved: readonly string[];
  /** Beginnings of ids: all but the position. */
  places: string[];
  groups: string[];
  parents: string[];
  devices: [deviceId: string, record: string | null, asset: string | null][];
}

type Line = [
  id: string,
  time: number,
  group: number,
  parent: number,
  device: number,
  type: number,
  description: string | null,
  token: string | null,
  readingType: string | null,
  reading: number | null,
  threshold: number | null,
  ruleOutput: string | null,
  messageId: string | null,
  columns?: Row,
];

/** What goes into the row, and what its duplicates may be asked for by: their devices and primary alerts. */
export interface EncodedBatch {
  bytes: Uint8Array;
  askedBy: Iterable<Scalar | undefined>;
}

export async function encodeBatch({ packed, steps, replaced, saved }: PackedBatch): Promise<EncodedBatch> {
  const lists: Lists = { places: numberedPlaces(), groups: numbered(), parents: numbered(), devices: numbered() };
  const devices: Head['devices'] = [];
  const lines = byteText(packed.length * usualLine);
  const given: (Scalar | undefined)[] = [];
  for (const duplicate of packed) {
    const { arrival, device } = duplicate;
    const { deviceId } = arrival.alert;
    if (arrival.columns) for (const property of askedProperties) given.push(arrival.columns[property]);
    const deviceAt = lists.devices.of(device ? deviceId : `${deviceId}\n`);
    devices[deviceAt] ??= [deviceId, device?.id ?? null, device?.asset ?? null];
    lines.add('\n');
    if (isReadable(duplicate)) addShortLine(lines, duplicate, deviceAt, lists);
    else lines.add(longLine(duplicate, deviceAt, lists));
    lines.add('\n');
    addData(lines, arrival.alert);
  }
  const head: Head = {
    created: packed[0]?.created ?? 0,
    steps,
    replaced,
    saved,
    places: lists.places.list,
    groups: lists.groups.list,
    parents: lists.parents.list,
    devices,
  };
  const bytes = await deflated([Buffer.from(JSON.stringify(head)), lines.bytes()]);
  return { bytes, askedBy: [...devices.flatMap(([id, record]) => [id, record]), ...head.parents, ...given] };
}

/** Bytes that a duplicate takes, as a first guess. */
const usualLine = 300;

/** As its device wrote it, where that is still there: bytes are copied faster than texts are written. */
function addData(lines: ByteText, { data, written }: IncomingAlert): void {
  // A text with line breaks is marked by a quote in front, which JSON objects do not have.
  if (data.charCodeAt(0) === quote || data.includes('\n')) lines.add(JSON.stringify(data));
  else if (written) lines.addBytes(written);
  else lines.add(data);
}

interface Lists {
  places: Numbered;
  groups: Numbered;
  parents: Numbered;
  devices: Numbered;
}

const quote = 0x22;
const endOfPlace = 24;

/** Whether the alert is what `understand` makes of its data and id. */
function isReadable({ arrival: { alert, columns } }: Duplicate): boolean {
  return alert.isAsSent === true && columns === undefined;
}

function addShortLine(
  lines: ByteText,
  { arrival, under }: Duplicate,
  deviceAt: number,
  { places, groups, parents }: Lists,
): void {
  const { id, groupKey, alert } = arrival;
  lines.addNumber(places.of(id));
  lines.add(' ');
  lines.addAscii(id, endOfPlace);
  for (const number of [groups.of(groupKey), parents.of(under), deviceAt]) {
    lines.add(' ');
    lines.addNumber(number);
  }
  if (alert.token === null && alert.messageId !== null) lines.add(` ${JSON.stringify(alert.messageId)}`);
}

function longLine({ arrival, under }: Duplicate, deviceAt: number, { groups, parents }: Lists): string {
  const { id, groupKey, alert, columns } = arrival;
  const line: Line = [
    id,
    alert.time,
    groups.of(groupKey),
    parents.of(under),
    deviceAt,
    alert.type,
    alert.description,
    alert.token,
    alert.readingType,
    alert.reading,
    alert.threshold,
    alert.ruleOutput,
    alert.token === null ? alert.messageId : null,
  ];
  if (columns) line.push(columns);
  return JSON.stringify(line);
}

export function decodeBatch(bytes: Uint8Array): PackedBatch {
  const lines = inflateRawSync(bytes).toString('utf8').split('\n');
  const head = JSON.parse(lines[0]!) as Head;
  const packed: Duplicate[] = [];
  for (let at = 1; at < lines.length; at += 2) packed.push(duplicateIn(lines[at]!, lines[at + 1]!, head));
  return { packed, steps: head.steps, replaced: head.replaced, saved: head.saved };
}

function duplicateIn(line: string, written: string, head: Head): Duplicate {
  const data = written.startsWith('"') ? (JSON.parse(written) as string) : written;
  const read = line.startsWith('[') ? longIn(JSON.parse(line) as Line, data, head) : shortIn(line, data, head);
  const [, record, asset] = head.devices[read.device]!;
  const { id, alert, columns } = read;
  return {
    arrival: {
      id,
      alert,
      identity: identityOf(alert),
      groupKey: head.groups[read.group]!,
      position: null,
      packs: true,
      ...(columns && { columns }),
    },
    under: head.parents[read.parent]!,
    device: record === null ? undefined : { id: record, asset },
    created: head.created,
  };
}

function shortIn(line: string, data: string, { places, devices }: Head) {
  const [, place, position, group, parent, device, messageId] =
    /^(\d+) ([0-9a-f]{12}) (\d+) (\d+) (\d+)(?: ("[^]*"))?$/.exec(line)!;
  const id = places[Number(place)]! + position!;
  const alert = understand({
    value: JSON.parse(data),
    text: data,
    connectionDeviceId: devices[Number(device)]![0],
    messageId: messageId === undefined ? undefined : (JSON.parse(messageId) as string),
    // That was judged when it came.
    forOthers: true,
    enqueued: placeInId(id)!.time,
  });
  if (alert.kind !== 'alert') throw new Error(`The log holds ${data}, which is no alert; its writer knew more.`);
  return { id, alert, group: Number(group), parent: Number(parent), device: Number(device), columns: undefined };
}

function longIn(line: Line, data: string, { devices }: Head) {
  const [id, time, group, parent, device, type, description, token, readingType, ...rest] = line;
  const [reading, threshold, ruleOutput, messageId, columns] = rest;
  const [deviceId] = devices[device]!;
  const facts = { deviceId, time, type, description, data, token, readingType };
  const alert = { kind: 'alert' as const, ...facts, reading, threshold, ruleOutput, messageId };
  return { id, alert, group, parent, device, columns };
}

interface Numbered {
  list: string[];
  of(text: string): number;
}

/** Gives equal texts one number, from 0 on. */
function numbered(): Numbered {
  const numbers = new Map<string, number>();
  const list: string[] = [];
  return {
    list,
    of: (text: string): number => {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, list.length);
      return list.push(text) - 1;
    },
  };
}

/** Gives ids with the same beginning one number; nearly all have that of the one before. */
function numberedPlaces(): Numbered {
  const places = numbered();
  let last: string | undefined;
  let number = 0;
  return {
    list: places.list,
    of: (id) => {
      if (last === undefined || !id.startsWith(last)) {
        last = id.slice(0, endOfPlace);
        number = places.of(last);
      }
      return number;
    },
  };
}
