import { obstacleToDeletion } from '../domain/command';
import { closing, tiesOf } from '../domain/deletion';
import type { Tie } from '../domain/deletion';
import { ServiceError } from '../domain/errors';
import { describeKey } from '../domain/record-key';
import type { RecordKey } from '../domain/record-key';
import { regroupFor } from '../domain/regroup';
import { entity } from '../model/entities';
import type { Command, EntityName } from '../model/entities';
import type { Stored } from '../ports/record-store';
import { followed } from './followers';
import type { RecordChange } from './followers';
import { inTurns } from './in-turns';
import { findRecord } from './read-records';
import { replaceRecord } from './record-changes';
import type { WriteDeps } from './record-changes';
import { contested, meetCondition, writeAttempts } from './write-condition';
import type { WriteCondition } from './write-condition';
import { modifiedBy } from '../domain/stamps';

/** Records that one deletion may unlink or take along; a record that more point at cannot be deleted. */
export const mostTies = 1_000;

/** Ties that are dealt with at the same time. */
const atOnce = 8;

/**
 * Deletes a record. What points at it loses the link, first; connections go along. Refused with `in-use` while something
 * cannot be without the record, and with `limit-exceeded` when too many records point at it: then nothing has changed.
 * A deletion that is cut short has removed links at most, and is repeated to be finished.
 */
export async function deleteRecord(key: RecordKey, condition: WriteCondition, deps: WriteDeps): Promise<void> {
  const name = key.entity;
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    const old = await findRecord(deps.records, key);
    meetCondition(key, old, { ...condition, mustExist: true });
    const id = idOf(name, old!);
    if (isBuiltIn(name, id)) throw new ServiceError('not-allowed', `${describeKey(key)} belongs to the service.`);
    const obstacle = name === 'msdyn_iotdevicecommand' ? await obstacleTo(old!.row, deps) : undefined;
    if (obstacle !== undefined) throw new ServiceError('conflict', `${describeKey(key)} ${obstacle}`);
    const tied = await findTies(key, id, deps);
    const removed = await followingLater(deps, async (quiet) => {
      await inTurns(tied, atOnce, async ({ tie, record }) => loosen(tie, record, id, quiet));
      return removeFollowed(name, old!, deps, async () => leaveGroup(name, old!, deps));
    });
    if (removed) return;
  }
  throw contested(key);
}

async function obstacleTo(command: Command, { records }: WriteDeps): Promise<string | undefined> {
  const { _ccs_parentcommand_value: original } = command;
  return obstacleToDeletion(
    command,
    original ? (await records.get('msdyn_iotdevicecommand', original))?.row : undefined,
  );
}

/** What follows the removal of ties must not touch the record while it is being removed: it comes last, whatever happens. */
async function followingLater<T>(deps: WriteDeps, work: (quiet: WriteDeps) => Promise<T>): Promise<T> {
  const later: RecordChange[] = [];
  const follow = async (changes: readonly RecordChange[]) => void later.push(...changes);
  try {
    return await work({ ...deps, followers: { ...deps.followers, follow } });
  } finally {
    await deps.followers.follow(later);
  }
}

interface Tied {
  tie: Tie;
  record: Stored;
}

/** Everything that points at a record: a query for each lookup that may, of which each reads its matches only. */
async function findTies(key: RecordKey, id: string, { records }: WriteDeps): Promise<Tied[]> {
  const found = await Promise.all(
    tiesOf(key.entity).map(async (tie): Promise<Tied[]> => {
      const { property, tableIn } = tie.partner;
      const equals = { [property]: id, ...(tableIn !== undefined && { [tableIn]: key.entity }) };
      const rows: Tied[] = [];
      for (let after: string | undefined; ;) {
        const limit = tie.fate === 'restrict' ? 1 : mostTies + 1 - rows.length;
        const page = await records.list(tie.members, { equals, limit, ...(after !== undefined && { after }) });
        rows.push(...page.records.map((record) => ({ tie, record })));
        if (tie.fate === 'restrict' && rows.length > 0) throw inUse(key, tie);
        if (rows.length > mostTies || page.next === undefined) return rows;
        after = page.next;
      }
    }),
  );
  const tied = found.flat();
  if (tied.length <= mostTies) return tied;
  throw new ServiceError(
    'limit-exceeded',
    `More than ${mostTies} records point at ${describeKey(key)}, which is more than one deletion may change. ` +
      'Bind them to another record first, or make this one inactive.',
  );
}

/** Takes the link out of a record, if it is still there, or the record itself. */
async function loosen({ members, partner, fate }: Tie, first: Stored, id: string, deps: WriteDeps): Promise<void> {
  const key: RecordKey = { entity: members, by: 'id', id: idOf(members, first) };
  let record: Stored | undefined = first;
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    if (record?.row[partner.property] !== id) return;
    if (fate === 'remove') {
      const { etag } = record;
      if (await removeFollowed(members, record, deps, async () => etag)) return;
    } else {
      const { row } = record;
      const unlinked = {
        ...row,
        [partner.property]: null,
        ...(partner.tableIn !== undefined && { [partner.tableIn]: null }),
        ...modifiedBy(new Date(deps.now()).toISOString(), deps.by),
      };
      if ((await replaceRecord(members, record, unlinked, deps)).kind === 'replaced') return;
    }
    record = await findRecord(deps.records, key);
  }
  throw contested(key);
}

/** Whether the record was still there to be removed; `leave` answers the ETag to remove it with. */
async function removeFollowed(
  name: EntityName,
  record: Stored,
  deps: WriteDeps,
  leave: () => Promise<string | undefined>,
): Promise<boolean> {
  const id = idOf(name, record);
  const removed = await followed({ entity: name, id, before: record.row, set: {} }, deps, async () => {
    const etag = await leave();
    const isRemoved = etag !== undefined && (await deps.records.remove(name, id, etag)).kind === 'removed';
    return isRemoved || undefined;
  });
  return removed === true;
}

/** The ETag to remove the record with, once no group leads to it any more; undefined when the record changed meanwhile. */
export async function leaveGroup(name: EntityName, record: Stored, deps: WriteDeps): Promise<string | undefined> {
  const closed = { ...record.row, ...closing[name] };
  if (!regroupFor(name, record.row, closed)) return record.etag;
  const result = await replaceRecord(name, record, closed, deps, 'as-counted');
  return result.kind === 'replaced' ? result.etag : undefined;
}

function inUse(key: RecordKey, { members, partner }: Tie): ServiceError {
  const { set } = entity(members);
  const query = `${set}?$filter=${partner.property} eq …`;
  return new ServiceError(
    'in-use',
    `${describeKey(key)} cannot be deleted while records of ${set} need it (see ${query}). ` +
      'Delete those first, or bind them to another record.',
  );
}

function isBuiltIn(name: EntityName, id: string): boolean {
  const { builtIn = [], key } = entity(name);
  return builtIn.some((row) => row[key] === id);
}

function idOf(name: EntityName, { row }: Stored): string {
  return String(row[entity(name).key]);
}
