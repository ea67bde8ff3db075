/** What was read of a row: its value and the ETag that guards the next write; no ETag when there is no row yet. */
export interface Versioned<T> {
  value: T;
  etag: string | undefined;
}

/** Groups and coverages remembered between batches, so that a batch needs no reads for what this process wrote itself. */
const rowsRemembered = 50_000;

/** A bounded memory of rows; the longest unread go first. */
export function rememberRows<T>() {
  const rows = new Map<string, Versioned<T>>();
  const put = (key: string, row: Versioned<T>) => {
    rows.delete(key);
    rows.set(key, row);
    if (rows.size > rowsRemembered) rows.delete(rows.keys().next().value!);
  };
  return {
    put,
    forget: (key: string) => void rows.delete(key),
    get: async (key: string, read: () => Promise<Versioned<T>>): Promise<Versioned<T>> => {
      const row = rows.get(key) ?? (await read());
      put(key, row);
      return row;
    },
  };
}
