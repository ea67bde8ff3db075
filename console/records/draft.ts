import type { Scalar } from '../../shared/model/edm';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import type { Body } from '../api/web-api';
import { columnOf, navigationOf } from './columns';

/** A value that somebody entered; of a lookup also the name of the record, to show it. */
export interface Entered {
  value: Scalar;
  name?: string;
}

/** What was entered into a form and is not saved, by property. */
export type Draft = Readonly<Record<string, Entered>>;

type Values = Readonly<Record<string, unknown>>;

/** The draft after a value was entered. What is as it was before is no change. */
export function enter(draft: Draft, base: Values, property: string, entered: Entered): Draft {
  const { [property]: _before, ...others } = draft;
  return isSame(base[property], entered.value) ? others : { ...others, [property]: entered };
}

/** What of a draft is left when another one, made before it, was saved: what was entered while the service was busy. */
export function without(draft: Draft, saved: Draft): Draft {
  return Object.fromEntries(
    Object.entries(draft).filter(([property, { value }]) => !saved[property] || !isSame(saved[property].value, value)),
  );
}

/** What a form shows for a property. */
export function valueIn(draft: Draft, base: Values, property: string): Scalar {
  return draft[property] ? draft[property].value : ((base[property] ?? null) as Scalar);
}

/** The body of the write that saves a draft. */
export function bodyOf(table: EntityName, draft: Draft): Body {
  return Object.fromEntries(
    Object.entries(draft).map(([property, { value }]) => {
      if (columnOf(table, property).kind !== 'lookup') return [property, value];
      const { name, target } = navigationOf(table, property);
      return [`${name}@odata.bind`, value === null ? null : `/${entity(target).set}(${String(value)})`];
    }),
  );
}

/** A property that was changed here and by somebody else, to different values. */
export interface Conflict {
  property: string;
  mine: Entered;
}

/** What stands against saving a draft made on `base`, now that the record is `current`. */
export function conflictsOf(draft: Draft, base: Values, current: Values): Conflict[] {
  return Object.entries(draft)
    .filter(([property, { value }]) => !isSame(base[property], current[property]) && !isSame(current[property], value))
    .map(([property, mine]) => ({ property, mine }));
}

/** Properties of these that somebody else changed. */
export function changedBetween(properties: readonly string[], base: Values, current: Values): string[] {
  return properties.filter((property) => !isSame(base[property], current[property]));
}

const empty = (value: unknown) => (value === '' || value === undefined ? null : value);
const isSame = (a: unknown, b: unknown) => empty(a) === empty(b);
