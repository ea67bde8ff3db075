import type { Mutation } from './broken-app';
import type { FaultsFigures } from './kit';

/**
 * The guards that make effects exactly once, each with what takes it out of the compiled app. When a guard is written
 * anew, its line here follows; the test fails when a text is not there any more.
 */
export const mutations: readonly (Mutation & { evidence: keyof FaultsFigures })[] = [
  {
    guard: 'the high-water mark: events that were settled before are skipped',
    evidence: 'lost',
    changes: [
      {
        file: 'shared/workflows/settle-alerts.js',
        from: '!(0, coverage_1.isCovered)(state.coverage, position)',
        to: 'true',
      },
    ],
  },
  {
    guard: 'ids that follow from where an event stands in the hub',
    evidence: 'doubled',
    changes: [{ file: 'shared/domain/ids.js', from: '.update(seed)', to: '.update(`${seed} ${Math.random()}`)' }],
  },
  {
    guard: 'ETags: only who has seen the last state of a group may change it',
    evidence: 'secondParents',
    changes: [
      {
        file: 'shared/adapters/table/alert-ledger.js',
        from: "return etag ? ['update', row, 'Replace', { etag }] : ['create', row];",
        to: "return ['upsert', row, 'Replace'];",
      },
    ],
  },
  {
    guard: 'parking: one event that cannot be understood does not hold up the others',
    evidence: 'lost',
    changes: [
      {
        file: 'shared/workflows/ingest-events.js',
        from: 'const parked = await (0, park_messages_1.parkMessages)(source, refusals, deps);',
        to: 'if (refusals.length > 0) throw new Error("poison"); const parked = [];',
      },
    ],
  },
  {
    guard: 'parking: an event that cannot be understood is kept',
    evidence: 'lost',
    changes: [
      {
        file: 'shared/workflows/ingest-events.js',
        from: 'const parked = await (0, park_messages_1.parkMessages)(source, refusals, deps);',
        to: 'const parked = [];',
      },
    ],
  },
];
