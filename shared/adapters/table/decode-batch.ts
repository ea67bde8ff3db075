import { inflateRawSync } from 'node:zlib';
import type { Duplicate } from '../../domain/duplicate';
import { identityOf } from '../../domain/fold';
import { placeInId } from '../../domain/ids';
import { understand } from '../../domain/incoming';
import type { Head, Line, PackedBatch } from './packed-batch';

/** Reads what `encodeBatch` wrote, today or long ago. */
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
