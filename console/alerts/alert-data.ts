/** A value in the JSON of an alert, with the path to it as the JSON actions take it. */
export interface Datum {
  path: string;
  value: string;
}

/** Everything in an alert's data, value by value; undefined when it is no JSON object or array. */
export function dataOf(text: string | null | undefined): Datum[] | undefined {
  try {
    const json: unknown = JSON.parse(text ?? '');
    return typeof json === 'object' && json !== null ? [...flat(json, '')] : undefined;
  } catch {
    return undefined; // a text of its own kind: it is shown as it is
  }
}

function* flat(value: unknown, path: string): Generator<Datum> {
  if (typeof value !== 'object' || value === null) {
    yield { path, value: typeof value === 'string' ? value : JSON.stringify(value) };
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`;
    yield* flat(inner, path + step);
  }
}
