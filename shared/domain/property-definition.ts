import { propertyType } from '../model/choices';
import type { EntityRecord } from '../model/entities';
import { timeOf } from './field-values';
import { isObject, objectIn } from './json-values';

export type PropertyDefinition = EntityRecord<'msdyn_iotpropertydefinition'>;

/** What `msdyn_additionalproperties` says of a property: the value it has by default, and the range of a number. */
export interface Limits {
  fallback?: unknown;
  min?: number;
  max?: number;
}

/** The limits of a definition that was checked when it was written. Letter case of the names does not matter. */
export function limitsOf({ msdyn_additionalproperties: text }: PropertyDefinition): Limits {
  const given = new Map(Object.entries(objectIn(text) ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  const number = (key: string) => (typeof given.get(key) === 'number' ? { [key.slice(0, 3)]: given.get(key) } : {});
  return {
    ...(given.has('default') && { fallback: given.get('default') }),
    ...number('minvalue'),
    ...number('maxvalue'),
  };
}

/** What a value of that type may be, in words, when this one is not; undefined when it is right. */
export function wrongFor(type: number, { min, max }: Limits, value: unknown): string | undefined {
  const range = [...(min === undefined ? [] : [`from ${min}`]), ...(max === undefined ? [] : [`to ${max}`])].join(' ');
  const number = (words: string, isOne: boolean) =>
    isOne && Number(value) >= (min ?? -Infinity) && Number(value) <= (max ?? Infinity)
      ? undefined
      : [words, range].join(' ').trim();
  switch (type) {
    case propertyType.String:
      return typeof value === 'string' ? undefined : 'a text';
    case propertyType.Object:
      return isObject(value) ? undefined : 'an object';
    case propertyType['Date and Time']:
      return typeof value === 'string' && timeOf(value) !== undefined
        ? undefined
        : 'a date and time like 2026-11-21T04:14:50Z';
    case propertyType.Boolean:
      return typeof value === 'boolean' ? undefined : 'true or false';
    case propertyType['Whole Number']:
      return number('a whole number', Number.isSafeInteger(value));
    default:
      return number('a number', typeof value === 'number' && Number.isFinite(value));
  }
}

/** What is wrong with the limits of a property definition; undefined when they can be used. */
export function wrongInDefinition(row: PropertyDefinition): string | undefined {
  const { msdyn_additionalproperties: text, msdyn_type: type } = row;
  if (!text) return undefined;
  const json = objectIn(text);
  const wrong = (what: string) => `msdyn_additionalproperties ${what}`;
  if (!json) return wrong('must be the text of a JSON object, e.g. {"default":20,"MinValue":10,"MaxValue":30}');
  const isNumber = type === propertyType['Whole Number'] || type === propertyType['Decimal Number'];
  for (const [key, value] of Object.entries(json)) {
    if (!/^(min|max)value$/i.test(key)) continue;
    if (!isNumber) return wrong(`may hold ${key} only where msdyn_type is Whole Number or Decimal Number`);
    if (typeof value !== 'number') return wrong(`must hold a number as ${key}; got ${JSON.stringify(value)}`);
  }
  const limits = limitsOf(row);
  if ((limits.min ?? -Infinity) > (limits.max ?? Infinity)) return wrong('has a MinValue above its MaxValue');
  if (limits.fallback === undefined) return undefined;
  if (type === propertyType.Object) return wrong('of an Object cannot hold a default: its parts have their own');
  const allowed = wrongFor(type!, limits, limits.fallback);
  return allowed && wrong(`must hold ${allowed} as default; got ${JSON.stringify(limits.fallback)}`);
}
