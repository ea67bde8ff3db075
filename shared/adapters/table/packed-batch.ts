import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { identityOf } from '../../domain/fold';
import type { Duplicate } from '../../domain/duplicate';
import type { Step } from '../../domain/steps';
import type { Row } from '../../model/edm';

/*
 * What one commit did, as the compressed text in its log row. The first line is JSON: the steps, and lists that the
 * duplicates point into. Each duplicate is two lines: its values as a JSON array, and its data, which is JSON mostly and
 * would only grow by being quoted.
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
  description: string,
  token: string | null,
  readingType: string | null,
  reading: number | null,
  threshold: number | null,
  ruleOutput: string | null,
  messageId: string | null,
  columns?: Row,
];

// Level 1 is three times as fast as the default, and rows are a few kilobytes either way.
const compression = { level: 1 };

export function encodeBatch({ packed, steps, replaced, saved }: PackedBatch): Buffer {
  const [groups, parents, devices] = [numbered(), numbered(), numbered()];
  const deviceList: Head['devices'] = [];
  // One text that grows is cheaper than a list that is joined.
  let text = '';
  for (const { arrival, under, device } of packed) {
    const { id, alert, groupKey, columns } = arrival;
    const deviceAt = devices.of(device ? alert.deviceId : `${alert.deviceId}\n`);
    deviceList[deviceAt] ??= [alert.deviceId, device?.id ?? null, device?.asset ?? null];
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
    // A text with line breaks is marked by a quote in front, which JSON objects do not have.
    const isPlain = !alert.data.startsWith('"') && !alert.data.includes('\n');
    text += `\n${JSON.stringify(line)}\n${isPlain ? alert.data : JSON.stringify(alert.data)}`;
  }
  const head: Head = {
    created: packed[0]?.created ?? 0,
    steps,
    replaced,
    saved,
    groups: groups.list,
    parents: parents.list,
    devices: deviceList,
  };
  return deflateRawSync(JSON.stringify(head) + text, compression);
}

export function decodeBatch(bytes: Uint8Array): PackedBatch {
  const lines = inflateRawSync(bytes).toString('utf8').split('\n');
  const head = JSON.parse(lines[0]!) as Head;
  const packed: Duplicate[] = [];
  for (let at = 1; at < lines.length; at += 2) packed.push(duplicateIn(lines[at]!, lines[at + 1]!, head));
  return { packed, steps: head.steps, replaced: head.replaced, saved: head.saved };
}

function duplicateIn(line: string, data: string, { created, groups, parents, devices }: Head): Duplicate {
  const [id, time, group, parent, device, type, description, token, readingType, ...rest] = JSON.parse(line) as Line;
  const [reading, threshold, ruleOutput, messageId, columns] = rest;
  const [deviceId, record, asset] = devices[device]!;
  const alert = {
    kind: 'alert' as const,
    deviceId,
    time,
    type,
    description,
    data: data.startsWith('"') ? (JSON.parse(data) as string) : data,
    token,
    readingType,
    reading,
    threshold,
    ruleOutput,
    messageId,
  };
  return {
    arrival: {
      id,
      alert,
      identity: identityOf(alert),
      groupKey: groups[group]!,
      position: null,
      packs: true,
      ...(columns && { columns }),
    },
    under: parents[parent]!,
    device: record === null ? undefined : { id: record, asset },
    created,
  };
}

/** Gives equal texts one number, from 0 on. */
function numbered() {
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
