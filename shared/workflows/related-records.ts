import { ServiceError } from '../domain/errors';
import { nameOf, ownedBy, tableOf } from '../domain/expansion';
import type { Expansion, Shape } from '../domain/expansion';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationFrom, propertiesOf } from '../model/properties';
import type { RecordStore, Stored } from '../ports/record-store';
import { inTurns } from './in-turns';
import { listRecords } from './read-records';
import type { Found } from './read-records';

/** A record with what was asked for along with it, by the names of its navigations. */
export interface Expanded extends Stored {
  parts: ReadonlyMap<string, Part>;
}

export type Part =
  | { kind: 'one'; record: Expanded | undefined }
  | ({ kind: 'many'; records: readonly Expanded[] } & Omit<Found, 'records'>);

/** Names of records that lookups lead to; undefined for a record that is gone. */
export type LookupNames = (target: EntityName, id: string) => string | undefined;

/** Reads and lists of related records that one request may ask storage for, and how many at the same time. */
export const mostLookedUp = 5_000;
const atOnce = 32;

/** Reads the records that others lead to, each once. One of these lives as long as one request. */
export function relatedRecords(records: RecordStore) {
  const seen = new Map<string, Promise<Stored | undefined>>();
  let lookedUp = 0;

  const spend = () => {
    lookedUp += 1;
    if (lookedUp <= mostLookedUp) return;
    throw new ServiceError(
      'limit-exceeded',
      `The answer would need more than ${mostLookedUp} related records or lists. Ask for fewer records a page, or expand less.`,
    );
  };

  const read = (name: EntityName, id: string): Promise<Stored | undefined> => {
    const key = `${name}/${id}`;
    const known = seen.get(key);
    if (known) return known;
    spend();
    const reading = records.get(name, id);
    seen.set(key, reading);
    return reading;
  };

  const expandOne = async (name: EntityName, record: Stored, expansion: Expansion): Promise<Part> => {
    if (expansion.kind === 'one') {
      const { property, target } = expansion.navigation;
      const id = record.row[property];
      const leadsThere = navigationFrom(name, property, record.row)?.target === target;
      const found = typeof id === 'string' && leadsThere ? await read(target, id) : undefined;
      return { kind: 'one', record: found && (await expand(target, [found], expansion.shape))[0] };
    }
    spend();
    const { collection, query, shape } = expansion;
    const id = String(record.row[entity(name).key]);
    const found = await listRecords(records, ownedBy(name, id, collection, query));
    return { ...found, kind: 'many', records: await expand(collection.members, found.records, shape) };
  };

  const expand = async (name: EntityName, found: readonly Stored[], { expand: wanted }: Shape): Promise<Expanded[]> => {
    const parts = found.map(() => new Map<string, Part>());
    const pairs = found.flatMap((record, at) => wanted.map((expansion) => ({ record, at, expansion })));
    await inTurns(pairs, atOnce, async ({ record, at, expansion }) => {
      parts[at]!.set(nameOf(expansion), await expandOne(name, record, expansion));
    });
    return found.map((record, at) => ({ ...record, parts: parts[at]! }));
  };

  return {
    /** The records with their expansions. */
    expand,

    /** The names of all records that lookups of these records, and of those inside of them, lead to. */
    names: async (name: EntityName, found: readonly Expanded[], shape: Shape): Promise<LookupNames> => {
      const wanted = new Map(lookupsIn(name, found, shape).map((lookup) => [`${lookup.target}/${lookup.id}`, lookup]));
      const names = new Map<string, string>();
      await inTurns([...wanted], atOnce, async ([key, { target, id }]) => {
        const record = await read(target, id);
        const text = record?.row[entity(target).primaryName];
        if (typeof text === 'string') names.set(key, text);
      });
      return (target, id) => names.get(`${target}/${id}`);
    },
  };
}

function lookupsIn(
  name: EntityName,
  found: readonly Expanded[],
  { properties, expand }: Shape,
): { target: EntityName; id: string }[] {
  const lookups = [...propertiesOf(name).values()].filter(
    (property) => property.column.kind === 'lookup' && (properties?.includes(property.name) ?? true),
  );
  return found.flatMap(({ row, parts }) => [
    ...lookups.flatMap((property) => {
      const id = row[property.name];
      const navigation = navigationFrom(name, property.name, row);
      return typeof id === 'string' && navigation ? [{ target: navigation.target, id }] : [];
    }),
    ...expand.flatMap((expansion) => {
      const part = parts.get(nameOf(expansion));
      if (!part) return [];
      const inside = part.kind === 'many' ? part.records : part.record ? [part.record] : [];
      return lookupsIn(tableOf(expansion), inside, expansion.shape);
    }),
  ]);
}
