import { ServiceError } from '../domain/errors';
import { nameOf, ownedBy, tableOf } from '../domain/expansion';
import type { Expansion, Shape } from '../domain/expansion';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationFrom, propertiesOf } from '../model/properties';
import type { Stored } from '../ports/record-store';
import { withComputed } from './computed-columns';
import type { ReadDeps } from './computed-columns';
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
export function relatedRecords(deps: ReadDeps) {
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
    const reading = deps.records.get(name, id);
    seen.set(key, reading);
    return reading;
  };

  type One = Expansion & { kind: 'one' };
  type Many = Expansion & { kind: 'many' };

  /** Where records lead, each target once. */
  const expandOne = async (name: EntityName, found: readonly Stored[], { navigation, shape }: One): Promise<Part[]> => {
    const { property, target } = navigation;
    const ids = found.map(({ row }) =>
      navigationFrom(name, property, row)?.target === target ? row[property] : undefined,
    );
    const targets = new Map<string, Stored>();
    await inTurns([...new Set(ids)], atOnce, async (id) => {
      const record = typeof id === 'string' ? await read(target, id) : undefined;
      if (record) targets.set(String(id), record);
    });
    const expanded = await expand(target, [...targets.values()], shape);
    const byId = new Map([...targets.keys()].map((id, i) => [id, expanded[i]]));
    return ids.map((id) => ({ kind: 'one', record: byId.get(String(id)) }));
  };

  /** A list for each record; what is in them is expanded together. */
  const expandMany = async (name: EntityName, owners: readonly Stored[], { collection, query, shape }: Many) => {
    const lists: Found[] = [];
    await inTurns(owners, atOnce, async ({ row }, at) => {
      spend();
      lists[at] = await listRecords(deps, ownedBy(name, String(row[entity(name).key]), collection, query));
    });
    const expanded = await expand(
      collection.members,
      lists.flatMap(({ records }) => records),
      shape,
    );
    let from = 0;
    return lists.map((list): Part => ({
      ...list,
      kind: 'many',
      records: expanded.slice(from, (from += list.records.length)),
    }));
  };

  const expand = async (name: EntityName, found: readonly Stored[], shape: Shape): Promise<Expanded[]> => {
    const whole = await withComputed(name, found, shape.properties, deps);
    const parts = whole.map(() => new Map<string, Part>());
    await Promise.all(
      shape.expand.map(async (expansion) => {
        const each = await (expansion.kind === 'one'
          ? expandOne(name, found, expansion)
          : expandMany(name, found, expansion));
        for (const [i, part] of each.entries()) parts[i]!.set(nameOf(expansion), part);
      }),
    );
    return whole.map((record, at) => ({ ...record, parts: parts[at]! }));
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
