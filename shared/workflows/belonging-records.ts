import { ServiceError } from '../domain/errors';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { ListRequest, RecordStore, Stored } from '../ports/record-store';
import { everyRecord } from './every-record';
import { inTurns } from './in-turns';

/** Records that are asked for by their ids; beyond, it is cheaper to pass over all that belongs to any record. */
const mostByName = 50;

/** Ids in one condition, as many as storage takes, and how many such questions are asked at the same time. */
const idsAtOnce = 10;
const questionsAtOnce = 4;

/** Rows that one answer may look at to sum them up. */
const mostSummedUp = 100_000;

/** Ids begin with a hex digit: from here on is any id, but not nothing. */
const anyId = { from: '0' };

/** What belongs to records is found by a property that holds the id of one. */
export type FindBelonging = (
  name: EntityName,
  property: string,
  more: Pick<ListRequest, 'equals' | 'properties'>,
) => AsyncGenerator<Stored>;

/**
 * Asks for what belongs to the records with these ids: to ten of them at a time, or to any record at all when there are many.
 * So what is found may belong to others, too. More than 100,000 rows are refused with `limit-exceeded`.
 */
export async function findBelonging(
  ids: readonly string[],
  records: RecordStore,
  ask: (find: FindBelonging) => Promise<void>,
): Promise<void> {
  let seen = 0;
  const finding = (values?: readonly string[]): FindBelonging =>
    async function* find(name, property, more) {
      const whose = values ? { among: { property, values } } : { between: { [property]: anyId } };
      for await (const stored of everyRecord(records, name, { ...more, ...whose })) {
        seen += 1;
        if (seen > mostSummedUp) throw tooMany(name);
        yield stored;
      }
    };
  if (ids.length > mostByName) return ask(finding());
  const groups = Array.from({ length: Math.ceil(ids.length / idsAtOnce) }, (_, i) =>
    ids.slice(i * idsAtOnce, (i + 1) * idsAtOnce),
  );
  return inTurns(groups, questionsAtOnce, async (values) => ask(finding(values)));
}

function tooMany(name: EntityName): ServiceError {
  return new ServiceError(
    'limit-exceeded',
    `Computed columns would have to sum up more than ${mostSummedUp} records, ${entity(name).set} among them. ` +
      'Ask for fewer records with $filter or odata.maxpagesize, or leave these columns out with $select.',
  );
}
