import { isAmong, isWithin } from '../../domain/record-query';
import type { Row } from '../../model/edm';
import type { EntityName } from '../../model/entities';
import { propertiesOf } from '../../model/properties';
import type { ListRequest } from '../../ports/record-store';
import { countedProperties } from './derived-counts';
import { condition, spanCondition } from './row';

/** Comparisons that a query of Table Storage may hold beside the key range (its limit is 15 in all). */
const mostComparisons = 10;

/** Queries into which the values of `among` are dealt; with more values, we look ourselves. */
const mostQueries = 6;

type Test = (row: Row) => boolean;

/** The conditions of a list: what storage looks for, and what is left for us. */
export interface Asked {
  /** In storage's own words: of each of these queries, what it adds to the range of keys. None finds what another finds. */
  pushed: string[][];
  /** What storage does not look for, but a row tells. */
  rest: Test[];
  /** Everything that a record tells which is kept whole. */
  all: Test[];
  /** What only a record tells that is completed by what it counts. */
  late: Test[];
}

interface Condition {
  /** In storage's own words; none when storage cannot look for it. */
  comparisons: string[];
  looksAt: readonly string[];
  /** Whether it is the one of several values. */
  isAmong?: true;
  holds: Test;
}

/** Divides what is asked for between storage and us. */
export function askedOf(name: EntityName, request: ListRequest): Asked {
  const isLate = ({ looksAt }: Condition) => looksAt.some((property) => isCounted(name, property));
  const conditions = conditionsOf(name, request);
  const early = conditions.filter((each) => !isLate(each));
  const rest: Condition[] = [];
  const common: string[] = [];
  const values = request.among?.values.length ?? 0;
  const room = values <= mostComparisons ? mostComparisons - values : mostComparisons;
  for (const each of early) {
    const fits = each.comparisons.length > 0 && common.length + each.comparisons.length <= room;
    if (fits) common.push(...each.comparisons);
    else rest.push(each);
  }
  const queries = dealt(name, request, mostComparisons - common.length);
  const testsOf = (some: readonly Condition[]) => some.map(({ holds }) => holds);
  return {
    pushed: (queries ?? [[]]).map((query) => [...query, ...common]),
    rest: testsOf(queries ? rest.filter(({ isAmong: dealtOut }) => !dealtOut) : rest),
    all: testsOf(early),
    late: testsOf(conditions.filter(isLate)),
  };
}

function conditionsOf(name: EntityName, { equals = {}, among, between = {}, matches }: ListRequest): Condition[] {
  const holdsAmong = (row: Row) => isAmong(among, row);
  return [
    ...(among ? [{ comparisons: [], looksAt: [among.property], isAmong: true as const, holds: holdsAmong }] : []),
    ...Object.entries(equals).map(([property, value]): Condition => {
      const column = propertiesOf(name).get(property)?.column;
      // A property that is absent in storage has no equal there.
      const comparisons = column && value !== null ? [condition(column, property, value)] : [];
      return { comparisons, looksAt: [property], holds: (row) => (row[property] ?? null) === value };
    }),
    ...Object.entries(between).map(([property, span]): Condition => ({
      comparisons: spanCondition(property, span),
      looksAt: [property],
      holds: (row) => isWithin(span, row[property]),
    })),
    ...(matches ? [{ comparisons: [], looksAt: matches.looksAt, holds: matches.holds }] : []),
  ];
}

/** Queries for the values of `among`, as many to each as there is room for; undefined when we have to look ourselves. */
function dealt(name: EntityName, { among }: ListRequest, room: number): string[][] | undefined {
  const column = among && propertiesOf(name).get(among.property)?.column;
  if (!column || isCounted(name, among.property)) return undefined;
  const values = [...new Set(among.values)];
  if (room < 1 || values.length > room * mostQueries) return undefined;
  return Array.from({ length: Math.ceil(values.length / room) }, (_, i) => {
    const parts = values.slice(i * room, (i + 1) * room).map((value) => condition(column, among.property, value));
    return [`(${parts.join(' or ')})`];
  });
}

/** What an alert counts is not in its row. */
function isCounted(name: EntityName, property: string): boolean {
  return name === 'msdyn_iotalert' && countedProperties.includes(property);
}
