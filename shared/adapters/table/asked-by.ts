import { numberOfText } from '../../domain/text-hash';
import type { Scalar } from '../../model/edm';
import type { ListRequest } from '../../ports/record-store';

/*
 * What the alerts in a row of the log are asked for by: 16 bits of a hash of each device and primary alert. So a list of one
 * device's alerts, or of one alert's duplicates, reads the rows that have some and few others. Rows that were written without
 * them may hold any.
 */

/** Columns that lists of alerts are asked for by. */
export const askedProperties = ['_msdyn_parentalert_value', '_msdyn_device_value', 'msdyn_deviceid'] as const;

/** A stored property holds 64 KiB. */
const mostHashes = 30_000;

/** The property of a log row that tells what its alerts are asked for by; none when that would be too long. */
export function askedBy(values: Iterable<Scalar | undefined>): { askedBy?: Buffer } {
  const hashes = new Set<number>();
  for (const value of values) if (typeof value === 'string') hashes.add(hashOf(value));
  if (hashes.size > mostHashes) return {};
  const bytes = Buffer.alloc(2 * hashes.size);
  let at = 0;
  for (const hash of hashes) at = bytes.writeUInt16LE(hash, at);
  return { askedBy: bytes };
}

/** The hashes of which a row must have one to hold what is asked for; undefined when none of this is asked for. */
export function hashesWanted({ equals = {}, among }: ListRequest): ReadonlySet<number> | undefined {
  for (const property of askedProperties) {
    const value = equals[property];
    if (typeof value === 'string') return new Set([hashOf(value)]);
    if (among?.property === property) return new Set(among.values.map((one) => hashOf(String(one))));
  }
  return undefined;
}

/** Whether a log row may hold alerts that are asked for by these hashes. */
export function mayHold(stored: Readonly<Record<string, unknown>>, wanted: ReadonlySet<number>): boolean {
  const bytes = stored['askedBy'] as Uint8Array | null | undefined;
  if (!bytes) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += 2) if (wanted.has(view.getUint16(at, true))) return true;
  return false;
}

function hashOf(text: string): number {
  return numberOfText(text) >>> 16;
}
