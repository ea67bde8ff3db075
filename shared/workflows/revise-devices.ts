import { shardOfId } from '../domain/ids';
import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import type { Device, EntityName } from '../model/entities';
import type { RecordStore, Stored, Write } from '../ports/record-store';
import { inTurns } from './in-turns';
import { contested, writeAttempts } from './write-condition';
import { modifiedBy } from '../domain/stamps';

/** What is to be written for a device: columns of its own, and a new record in its shard that says so. */
export interface Revision {
  columns: Device;
  also?: { entity: EntityName; row: Row };
}

/** Decides on a device as it is now; called again when somebody else was faster. False leaves it as it is. */
export type Revise = (device: Device) => Revision | false;

interface Deps {
  records: RecordStore;
  now(): number;
  /** The user for whom they are written; the service itself when there is none. */
  by?: string;
}

/** Rows in one storage transaction, transactions and single writes at a time. */
const together = 99;
const transactionsAtOnce = 4;
const singlesAtOnce = 16;

/**
 * Writes what is decided for many devices, in as few storage transactions as possible, each device on condition that it is
 * still as it was seen. What somebody else changes meanwhile is decided on again; other columns stay as they are. A new
 * record that exists already means that the device was dealt with before: answers who was, and who is there no more.
 */
export async function reviseDevices(
  devices: readonly Stored[],
  revise: Revise,
  deps: Deps,
): Promise<{ before: string[]; gone: string[] }> {
  const left: Stored[] = [];
  const write = async (chunk: readonly Stored[]): Promise<void> => {
    const writes = chunk.flatMap((stored) => writesOf(stored, revise(stored.row), deps));
    if (writes.length === 0) return;
    // A device may bring a second row along.
    const { kind } = writes.length > together ? { kind: 'apart' } : await deps.records.writeTogether(writes);
    if (kind === 'written') return;
    if (kind === 'changed' || chunk.length === 1) return void left.push(...chunk);
    await write(chunk.slice(0, chunk.length / 2));
    await write(chunk.slice(chunk.length / 2));
  };
  await inTurns(chunks(devices), transactionsAtOnce, write);
  const unwritten = { before: [] as string[], gone: [] as string[] };
  await inTurns(left, singlesAtOnce, async ({ row }) => {
    const id = String(row['msdyn_iotdeviceid']);
    const found = await reviseOne(id, revise, deps);
    if (found === 'before' || found === 'gone') unwritten[found].push(id);
  });
  return unwritten;
}

/**
 * Sets columns of one device, those that `change` answers for the device as it is by then. Answers whether something was
 * written: not when nothing is to change, or the device is gone.
 */
export async function reviseDevice(
  id: string,
  deps: Deps,
  change: (device: Device) => Device | undefined,
  first?: Stored,
): Promise<boolean> {
  const revise: Revise = (device) => {
    const columns = change(device);
    return columns !== undefined && { columns };
  };
  return (await reviseOne(id, revise, deps, first)) === 'written';
}

async function reviseOne(
  id: string,
  revise: Revise,
  deps: Deps,
  first?: Stored,
): Promise<'written' | 'left' | 'before' | 'gone'> {
  const { records } = deps;
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    const stored = (attempt === 0 ? first : undefined) ?? (await records.get('msdyn_iotdevice', id));
    const revision = stored && revise(stored.row);
    if (!stored) return 'gone';
    if (!revision) return 'left';
    const { also } = revision;
    if (also && (await records.get(also.entity, String(also.row[entity(also.entity).key])))) return 'before';
    const writes = writesOf(stored, revision, deps);
    if (writes.length === 0) return 'left';
    if ((await records.writeTogether(writes)).kind === 'written') return 'written';
  }
  throw contested({ entity: 'msdyn_iotdevice', by: 'id', id });
}

function writesOf({ row, etag }: Stored, revision: Revision | false, { now, by }: Deps): Write[] {
  if (!revision) return [];
  const { columns, also } = revision;
  const next: Row = { ...row, ...columns, ...modifiedBy(new Date(now()).toISOString(), by) };
  return [
    ...(changes(row, columns) ? [{ entity: 'msdyn_iotdevice', row: next, etag, before: row } as const] : []),
    ...(also ? [also] : []),
  ];
}

function changes(row: Row, columns: Row): boolean {
  return Object.entries(columns).some(([name, value]) => (row[name] ?? null) !== (value ?? null));
}

/** Devices of one shard each. */
function chunks(devices: readonly Stored[]): Stored[][] {
  const shards = new Map<number, Stored[]>();
  for (const stored of devices) {
    const shard = shardOfId(String(stored.row['msdyn_iotdeviceid']));
    const known = shards.get(shard);
    if (known) known.push(stored);
    else shards.set(shard, [stored]);
  }
  return [...shards.values()].flatMap((shard) =>
    Array.from({ length: Math.ceil(shard.length / together) }, (_, i) => shard.slice(i * together, (i + 1) * together)),
  );
}
