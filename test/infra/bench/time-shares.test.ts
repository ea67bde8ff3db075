import type { Profiler } from 'node:inspector';
import { startProfiler } from '../../../infra/bench/profiler';
import { timeShares } from '../../../infra/bench/time-shares';

/** A call tree as V8 writes it: each function with its time (us) and what it calls. */
type Call = [name: string, url: string, time: number, calls?: readonly Call[]];

function profileOf(calls: readonly Call[]): Profiler.Profile {
  const profile: Required<Pick<Profiler.Profile, 'nodes' | 'samples' | 'timeDeltas'>> = {
    nodes: [],
    samples: [],
    timeDeltas: [],
  };
  const add = ([functionName, url, time, own = []]: Call): number => {
    const id = profile.nodes.length + 1;
    const callFrame = { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 };
    const node: Profiler.ProfileNode = { id, callFrame };
    profile.nodes.push(node);
    profile.samples.push(id);
    profile.timeDeltas.push(time);
    node.children = own.map(add);
    return id;
  };
  add(['(root)', '', 0, calls]);
  return { ...profile, startTime: 0, endTime: 0 };
}

const sharesOf = (calls: readonly Call[]) => timeShares(profileOf(calls)).map(({ what, share }) => [what, share]);

test('time belongs to the innermost function that is of a kind, and that of V8 to who called it', () => {
  const parse: Call = ['parse', '', 20];
  const read: Call = ['valuesIn', 'file:///app/dist/shared/domain/hub-event.js', 10, [parse]];
  const library: Call = [
    'toCamelCase',
    'file:///app/node_modules/@azure/functions/dist/azure-functions.js',
    10,
    [read],
  ];
  const pack: Call = ['encodeBatch', 'file:///app/dist/shared/adapters/table/encode-batch.js', 5];
  expect(
    sharesOf([['deliver', 'file:///app/dist/infra/local/functions-host/invocation.js', 5, [library, pack]]]),
  ).toEqual([
    ['the app: reading messages, grouping, deciding', 0.6],
    ['`@azure/functions`, which turns messages and metadata about', 0.2],
    ['the local Functions host, which hands a batch over as Azure does', 0.1],
    ['the app: packing, remembering groups, writing rows', 0.1],
  ]);
});

test('waiting is no work, and work of no kind is shown as such', () => {
  expect(
    sharesOf([
      ['(idle)', '', 900],
      ['(garbage collector)', '', 75],
      ['runMicrotasks', '', 25],
    ]),
  ).toEqual([
    ['garbage collection', 0.75],
    ['everything else', 0.25],
  ]);
});

test('the profiler notes what this thread was at', async () => {
  const stop = await startProfiler();
  const until = Date.now() + 200;
  let text = '';
  while (Date.now() < until) text = JSON.stringify({ text: text.slice(0, 100) });
  const shares = timeShares(await stop());
  expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});
