/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a text; undefined when there is none. */
export function objectIn(text: string | null | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An object with a part merged in, as a twin takes it: objects property by property, null removes. */
export function merged(old: JsonObject, patch: JsonObject): JsonObject {
  // Through a map, so that a property may be called `__proto__`.
  const result = new Map(Object.entries(old));
  for (const [key, value] of Object.entries(patch)) {
    const known = result.get(key);
    if (value === null) result.delete(key);
    else result.set(key, isObject(value) ? merged(isObject(known) ? known : {}, value) : value);
  }
  return Object.fromEntries(result);
}

/** Without properties that are null, at every level: in a new twin there is nothing to remove. */
export function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]): [string, Json] => [key, isObject(value) ? withoutNulls(value) : value]),
  );
}

/** Whether two values are the same but for the order of properties. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isObject(a)) return a === b;
  const [keys, others] = [Object.keys(a), isObject(b) ? Object.keys(b) : undefined];
  return keys.length === others?.length && keys.every((key) => isSame(a[key], own(b as JsonObject, key)));
}

/** A property of the object itself. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether objects and arrays lie in each other more than `levels` deep below the outermost. */
export function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels < 0) return true;
  return Object.values(value).some((item: Json) => isDeeper(item, levels - 1));
}
