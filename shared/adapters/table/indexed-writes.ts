import type { Row, Scalar } from '../../model/edm';
import type { RecordStore } from '../../ports/record-store';
import type { Hold, KeyIndex } from './key-index';
import type { RecordRows } from './record-rows';

/** A table's records and the index of its alternate key. */
export interface IndexedTable {
  records: RecordRows;
  index: KeyIndex;
  key: string;
  alternateKey: string;
}

/** Inserts a record whose alternate key has a value: claim, write, confirm. */
export async function insertIndexed(
  { records, index, key, alternateKey }: IndexedTable,
  row: Row,
  value: string,
): ReturnType<RecordStore['insert']> {
  const id = String(row[key]);
  const hold = await index.claim(value, id, holds(records, alternateKey, value));
  if ('takenBy' in hold) return { kind: 'exists', property: hold.takenBy === id ? key : alternateKey };
  const etag = await records.create(row);
  if (etag === undefined) {
    await index.release(hold);
    return { kind: 'exists', property: key };
  }
  if (await index.confirm(hold)) return { kind: 'inserted', etag };
  await records.remove(id);
  return { kind: 'exists', property: alternateKey };
}

/** Replaces a record; when its alternate key changes, the new value is claimed first and the old one given back last. */
export async function replaceIndexed(
  { records, index, key, alternateKey }: IndexedTable,
  row: Row,
  etag: string,
): ReturnType<RecordStore['replace']> {
  const id = String(row[key]);
  const old = await records.get(id);
  if (old?.etag !== etag) return { kind: 'changed' };
  const before = old.row[alternateKey] ?? null;
  const value = row[alternateKey] ?? null;
  if (before === value) return records.replace(row, etag);

  let hold: Hold | undefined;
  if (typeof value === 'string') {
    const claim = await index.claim(value, id, holds(records, alternateKey, value));
    if ('takenBy' in claim)
      return claim.takenBy === id ? { kind: 'changed' } : { kind: 'exists', property: alternateKey };
    hold = claim;
  }
  const done = await records.replace(row, etag);
  if (done.kind === 'changed') {
    if (hold) await index.release(hold);
    return done;
  }
  if (hold && !(await index.confirm(hold))) {
    await undo(records, id, alternateKey, { value: value as string, before });
    return { kind: 'exists', property: alternateKey };
  }
  const given = typeof before === 'string' ? await index.heldBy(before, id) : undefined;
  if (given) await index.release(given);
  return done;
}

/**
 * Removes a record, then its index row as it was before: whoever claims the value in between keeps it. A crash in between
 * leaves an index row that names nobody.
 */
export async function removeIndexed(
  { records, index, alternateKey }: IndexedTable,
  id: string,
  etag: string,
): ReturnType<RecordStore['remove']> {
  const old = await records.get(id);
  if (old?.etag !== etag) return { kind: 'changed' };
  const value = old.row[alternateKey];
  const hold = typeof value === 'string' ? await index.heldBy(value, id) : undefined;
  const done = await records.remove(id, etag);
  if (done.kind === 'removed' && hold) await index.release(hold);
  return done;
}

/** Gives a record its old value of the alternate key back, unless somebody changed that in the meantime. */
async function undo(
  records: RecordRows,
  id: string,
  alternateKey: string,
  { value, before }: { value: string; before: Scalar },
): Promise<void> {
  for (;;) {
    const now = await records.get(id);
    if (now?.row[alternateKey] !== value) return;
    const undone = await records.replace({ ...now.row, [alternateKey]: before }, now.etag);
    if (undone.kind === 'replaced') return;
  }
}

const holds = (records: RecordRows, alternateKey: string, value: string) => async (id: string) =>
  (await records.get(id))?.row[alternateKey] === value;
