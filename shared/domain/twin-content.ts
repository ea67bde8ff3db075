/** What a twin holds: JSON, without arrays at its top. */
export type JsonObject = { readonly [key: string]: unknown };

/** The JSON object in a column; none when it is empty. Columns are checked when they are written. */
export function contentOf(text: string | null | undefined): JsonObject {
  if (!text) return {};
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) throw new Error('not a JSON object');
  return json;
}

/** Without what is null: in a new twin there is nothing to remove. */
export function withoutNulls(content: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(content)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isObject(value) ? withoutNulls(value) : value]),
  );
}

/** Whether a twin would stay as it is if `wanted` was merged into it. */
export function covers(present: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const known = Object.hasOwn(present, key) ? present[key] : undefined;
    if (value === null) return known === undefined;
    if (isObject(value)) return isObject(known) && covers(known, value);
    return JSON.stringify(known) === JSON.stringify(value);
  });
}

/** Without what the hub adds: `$metadata` and `$version`. */
export function ownContent(content: unknown): JsonObject {
  if (!isObject(content)) return {};
  return Object.fromEntries(Object.entries(content).filter(([key]) => key !== '$metadata' && key !== '$version'));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
