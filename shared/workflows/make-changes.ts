import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import type { Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { makeChange, tableOf } from './change';
import type { Change, Changed } from './change';
import { inTurns } from './in-turns';
import { findRecord } from './read-records';
import type { WriteDeps } from './record-changes';
import { unitOfWork } from './unit-of-work';
import type { UnitOfWork } from './unit-of-work';
import { writeDrafts } from './write-drafts';

/** Another's write in between is met by thinking again, so this bound is met by very many writers only. */
const attempts = 10;

/** Records that are read ahead at the same time. */
const atOnce = 16;

/** A change, known as soon as those before it are: it may name the records that they make. */
export interface Step {
  change: Change | ((before: readonly Changed[]) => Promise<Change>);
  /** What the caller calls it, for messages. */
  name: string;
}

/**
 * Makes changes that belong together. All of them are checked first, each after the ones before it; when one is refused,
 * nothing is written. See `write-drafts.ts` for what is atomic and what is undone.
 */
export async function makeChanges(steps: readonly Step[], deps: WriteDeps): Promise<Changed[]> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const unit = unitOfWork(deps);
    const { results, changes } = await rehearse(steps, unit);
    const records = unit.changes();
    await deps.followers.announce(records);
    const written = await writeDrafts(unit.drafts(), deps);
    if (written.kind === 'changed') continue;
    await deps.followers.follow(records);
    const asWritten = new Map([...written.records].map(([draft, stored]) => [placeOf(draft.entity, draft.id), stored]));
    return results.map((result, i) => {
      const name = tableOf(changes[i]!);
      return result && { ...result, ...asWritten.get(placeOf(name, result.row[entity(name).key])) };
    });
  }
  throw new ServiceError('precondition-failed', 'The records are changed by too many callers at once. Try again.');
}

async function rehearse(steps: readonly Step[], unit: UnitOfWork) {
  await readAhead(steps, unit);
  const results: Changed[] = [];
  const changes: Change[] = [];
  for (const { change: given, name } of steps) {
    try {
      const change = typeof given === 'function' ? await given(results) : given;
      results.push(await makeChange(change, unit.deps));
      changes.push(change);
    } catch (error) {
      if (!(error instanceof ServiceError) || name === '') throw error;
      throw new ServiceError(error.code, `${name}: ${error.message}`, { cause: error });
    }
  }
  return { results, changes };
}

/** Reads the records that will be asked for, several at a time; the unit remembers them. */
async function readAhead(steps: readonly Step[], { deps }: UnitOfWork): Promise<void> {
  const keys = steps.flatMap(({ change }): RecordKey[] => {
    if (typeof change === 'function') return [];
    const own = change.kind === 'create' ? [] : [change.key];
    const links = change.kind === 'delete' ? [] : Object.values(change.changes.links).filter((key) => key !== null);
    return [...own, ...links];
  });
  await inTurns(
    keys.filter(({ by }) => by === 'id'),
    atOnce,
    async (key) => void (await findRecord(deps.records, key)),
  );
}

const placeOf = (name: EntityName, id: Scalar | undefined) => `${name}/${String(id)}`;
