import { closing } from '../domain/deletion';
import { ServiceError } from '../domain/errors';
import { describeKey } from '../domain/record-key';
import { regroupFor } from '../domain/regroup';
import { entity } from '../model/entities';
import type { Stored, Write } from '../ports/record-store';
import { leaveGroup } from './delete-record';
import { inTurns } from './in-turns';
import { inUse, replaceRecord } from './record-changes';
import type { WriteDeps } from './record-changes';
import type { Draft } from './draft-records';

/** Records that are written at the same time, where they do not fit in one transaction. */
const atOnce = 8;

/** The records as they became, by their drafts; or what changed before it was written. */
export type Written = { kind: 'written'; records: Map<Draft, Stored> } | { kind: 'changed' };

/**
 * Writes drafts: in one storage transaction where they fit in one; otherwise one by one, and when one fails, those before
 * are undone, the last one first. New alerts come last and all together, because what they set off (a parent, a count,
 * a case) is not undone.
 */
export async function writeDrafts(drafts: readonly Draft[], deps: WriteDeps): Promise<Written> {
  const together = await writeAtOnce(drafts, deps);
  if (together.kind !== 'apart') return together;
  const records = new Map<Draft, Stored>();
  const begun = new Set<Draft>();
  const done: Draft[] = [];
  const plain = drafts.filter(({ alert }) => !alert);
  try {
    // A value of an alternate key is given away before somebody else takes it.
    for (const stage of [plain.filter(givesAway), plain.filter((draft) => !givesAway(draft))]) {
      await inTurns(stage, atOnce, async (draft) => {
        begun.add(draft);
        const stored = await writeOne(draft, deps);
        if (stored) records.set(draft, stored);
        done.push(draft);
      });
    }
    const fresh = drafts.filter(({ alert, after }) => alert && after);
    for (const draft of fresh) begun.add(draft);
    await settle(fresh, records, deps);
    return { kind: 'written', records };
  } catch (error) {
    const left = await undo(done.toReversed(), records, deps);
    // Without an answer of the storage, nobody knows whether these were written.
    const unsure = isRefusal(error) ? [] : [...begun].filter((draft) => !done.includes(draft));
    if (left.length + unsure.length > 0) throw halfDone(error, [...left, ...unsure]);
    if (error instanceof Changed) return { kind: 'changed' };
    throw error;
  }
}

/** Somebody else was faster: thrown and caught in here only. */
class Changed extends Error {}

async function writeAtOnce(drafts: readonly Draft[], deps: WriteDeps): Promise<Written | { kind: 'apart' }> {
  const writes: Write[] = [];
  for (const { entity: name, before, after, alert } of drafts) {
    const isPlain = after && !alert && !(before && regroupFor(name, before.row, after.row));
    if (!isPlain) return { kind: 'apart' };
    writes.push({ entity: name, row: after.row, ...(before && { etag: before.etag }) });
  }
  const result = await deps.records.writeTogether(writes);
  if (result.kind !== 'written') return result;
  const records = drafts.map((draft, i) => [draft, { row: draft.after!.row, etag: result.etags[i]! }] as const);
  return { kind: 'written', records: new Map(records) };
}

function givesAway({ entity: name, before, after }: Draft): boolean {
  const { alternateKey } = entity(name);
  const value = alternateKey === undefined ? undefined : before?.row[alternateKey];
  return typeof value === 'string' && after?.row[alternateKey!] !== value;
}

async function writeOne(draft: Draft, deps: WriteDeps): Promise<Stored | undefined> {
  const { entity: name, id, before, after } = draft;
  if (!after) {
    const etag = await leaveGroup(name, before!, deps);
    if (etag === undefined || (await deps.records.remove(name, id, etag)).kind === 'changed') throw new Changed();
    return undefined;
  }
  const result = before
    ? await replaceRecord(name, before, after.row, deps)
    : await deps.records.insert(name, after.row);
  if (result.kind === 'changed') throw new Changed();
  if (result.kind === 'exists') throw inUse(name, result.property, after.row);
  return { row: after.row, etag: result.etag };
}

async function settle(fresh: readonly Draft[], records: Map<Draft, Stored>, { alerts }: WriteDeps): Promise<void> {
  if (fresh.length === 0) return;
  const settled = await alerts.open().settle(fresh.map(({ alert }) => alert!));
  for (const [i, draft] of fresh.entries()) records.set(draft, settled[i]!);
}

/** Puts back what was written; the answer is what could not be. */
async function undo(done: readonly Draft[], records: Map<Draft, Stored>, deps: WriteDeps): Promise<Draft[]> {
  const left: Draft[] = [];
  for (const draft of done) {
    const isUndone = await putBack(draft, records.get(draft), deps).catch(() => false);
    if (!isUndone) left.push(draft);
  }
  return left;
}

async function putBack(
  { entity: name, id, before }: Draft,
  now: Stored | undefined,
  deps: WriteDeps,
): Promise<boolean> {
  if (now && !before) return (await deps.records.remove(name, id, now.etag)).kind === 'removed';
  if (now && before) return (await replaceRecord(name, now, before.row, deps)).kind === 'replaced';
  // A removed record left its group as if closed; it comes back the same way, so that the group hears of it.
  const closed = { ...before!.row, ...closing[name] };
  const isOpen = regroupFor(name, closed, before!.row) !== undefined;
  const inserted = await deps.records.insert(name, isOpen ? closed : before!.row);
  if (inserted.kind !== 'inserted' || !isOpen) return inserted.kind === 'inserted';
  return (await replaceRecord(name, { row: closed, etag: inserted.etag }, before!.row, deps)).kind === 'replaced';
}

function isRefusal(error: unknown): boolean {
  return error instanceof Changed || (error instanceof ServiceError && error.code !== 'storage-unavailable');
}

function halfDone(error: unknown, left: readonly Draft[]): Error {
  if (!(error instanceof Changed) && !(error instanceof ServiceError)) return error as Error;
  const why = error instanceof ServiceError ? error.message : 'Somebody else changed a record at the same moment.';
  const names = left.slice(0, 5).map(({ entity: name, id }) => describeKey({ entity: name, by: 'id', id }));
  const more = left.length > names.length ? ` and ${left.length - names.length} more` : '';
  return new ServiceError(
    error instanceof ServiceError ? error.code : 'precondition-failed',
    `${why} What was written before is undone, except perhaps for ${names.join(', ')}${more}.`,
    { cause: error },
  );
}
