import { dataText } from '../../domain/incoming';
import type { IncomingAlert } from '../../domain/incoming';
import type { Duplicate } from '../../domain/duplicate';
import type { Scalar } from '../../model/edm';
import { askedProperties } from './asked-by';
import { byteText } from './byte-text';
import type { ByteText } from './byte-text';
import { deflated } from './deflated';
import { endOfPlace, numbered, numberedPlaces } from './numbered';
import type { Numbered } from './numbered';
import type { Head, Line, PackedBatch } from './packed-batch';

/** What goes into the row, and what its duplicates may be asked for by: their devices and primary alerts. */
export interface EncodedBatch {
  bytes: Uint8Array;
  askedBy: Iterable<Scalar | undefined>;
}

/** Writes what `decodeBatch` reads. */
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
function addData(lines: ByteText, alert: IncomingAlert): void {
  const { data } = alert;
  // A text with line breaks is marked by a quote in front, which JSON objects do not have.
  if (typeof data !== 'string') {
    if (data.includes(lineBreak)) lines.add(JSON.stringify(dataText(alert)));
    else lines.addBytes(data);
  } else if (data.charCodeAt(0) === quote || data.includes('\n')) lines.add(JSON.stringify(data));
  else lines.add(data);
}

interface Lists {
  places: Numbered;
  groups: Numbered;
  parents: Numbered;
  devices: Numbered;
}

const quote = 0x22;
const lineBreak = 0x0a;

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
