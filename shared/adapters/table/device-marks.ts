import type { Duplicate } from '../../domain/duplicate';
import { textHash } from '../../domain/text-hash';
import type { Scalar } from '../../model/edm';
import type { ListRequest } from '../../ports/record-store';

/*
 * Which devices a row of the log holds alerts of: 16 bits of a hash for each, so that a list of one device's alerts reads
 * the rows that have some and few others. Rows that were written without them may hold any.
 */

/** Properties by which a device's alerts are asked for. */
const deviceProperties = ['_msdyn_device_value', 'msdyn_deviceid'] as const;

/** A stored property holds 64 KiB. */
const mostMarks = 30_000;

/** The property of a log row that tells its devices; none when there are too many. */
export function deviceMarks(packed: readonly Duplicate[]): { devices?: Buffer } {
  const texts = new Set<Scalar | undefined>();
  for (const { arrival, device } of packed) {
    texts.add(arrival.alert.deviceId).add(device?.id);
    for (const property of deviceProperties) if (arrival.columns) texts.add(arrival.columns[property]);
  }
  const marks = new Set([...texts].flatMap((text) => (typeof text === 'string' ? [markOf(text)] : [])));
  if (marks.size > mostMarks) return {};
  const devices = Buffer.alloc(2 * marks.size);
  let at = 0;
  for (const mark of marks) at = devices.writeUInt16LE(mark, at);
  return { devices };
}

/** The marks of which a row must have one to hold what is asked for; undefined when it is not a matter of devices. */
export function marksWanted({ equals = {}, among }: ListRequest): ReadonlySet<number> | undefined {
  for (const property of deviceProperties) {
    const value = equals[property];
    if (typeof value === 'string') return new Set([markOf(value)]);
    if (among?.property === property) return new Set(among.values.map((one) => markOf(String(one))));
  }
  return undefined;
}

/** Whether a log row may hold alerts of devices with these marks. */
export function mayHold(stored: Readonly<Record<string, unknown>>, wanted: ReadonlySet<number>): boolean {
  const bytes = stored['devices'] as Uint8Array | null | undefined;
  if (!bytes) return true;
  const marks = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += 2) if (wanted.has(marks.getUint16(at, true))) return true;
  return false;
}

function markOf(text: string): number {
  return textHash(text).charCodeAt(0);
}
