import type { Profiler } from 'node:inspector';

/*
 * What the JavaScript thread of a process does with its time, from the samples of V8's profiler.
 */

/** One kind of work and its share of the time in which the thread was busy, 0 to 1. */
export interface TimeShare {
  what: string;
  share: number;
}

/** By the file of a function, or by its name where V8 itself is at work. What is called from here counts here. */
const kinds: readonly { what: string; of: RegExp }[] = [
  { what: 'garbage collection', of: /^\(garbage collector\)/ },
  { what: 'the load and its alerts', of: /\/infra\/bench\// },
  { what: 'the local Functions host, which hands a batch over as Azure does', of: /\/infra\/local\// },
  { what: '`@azure/functions`, which turns messages and metadata about', of: /\/@azure\/functions\// },
  { what: 'the app: packing, remembering groups, writing rows', of: /\/shared\/adapters\// },
  { what: 'the app: reading messages, grouping, deciding', of: /\/(shared|functions)\// },
  { what: 'the storage client and HTTP', of: /\/node_modules\/|node:(?:_http|net|https?|internal\/stream)/ },
];

const others = 'everything else';

/** The shares of a profile, the largest first. A sample belongs to the innermost function that is of a kind. */
export function timeShares({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): TimeShare[] {
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [id, `${functionName} ${url.replaceAll('\\', '/')}`]),
  );
  const kindOf = (id: number): string | undefined => {
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const name = names.get(at)!;
      if (name.startsWith('(idle)')) return undefined;
      const kind = kinds.find(({ of }) => of.test(name));
      if (kind) return kind.what;
    }
    return others;
  };
  const known = new Map(nodes.map(({ id }) => [id, kindOf(id)]));
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const what = known.get(id);
    if (what !== undefined && timeDeltas[i]! > 0) times.set(what, (times.get(what) ?? 0) + timeDeltas[i]!);
  });
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([what, time]) => ({ what, share: time / busy })).toSorted((a, b) => b.share - a.share);
}
