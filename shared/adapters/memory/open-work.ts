import type { OpenWork, OpenWorkList, WorkKind } from '../../ports/open-work';

/** Notes in this process's memory: for tests and trials. */
export function memoryOpenWork(): OpenWorkList {
  const notes = new Map<WorkKind, Map<string, OpenWork>>();
  const of = (kind: WorkKind) => {
    const known = notes.get(kind) ?? new Map<string, OpenWork>();
    notes.set(kind, known);
    return known;
  };
  return {
    note: async (kind, work) => void of(kind).set(work.key, { ...work }),
    done: async (kind, { key, since }) => {
      if (of(kind).get(key)?.since === since) of(kind).delete(key);
    },
    renew: async (kind, { key, since }, later) => {
      const known = of(kind).get(key);
      if (known && known.since !== since) return false;
      of(kind).set(key, { key, since: later });
      return true;
    },
    olderThan: async (kind, than, limit) => [...of(kind).values()].filter(({ since }) => since < than).slice(0, limit),
  };
}
