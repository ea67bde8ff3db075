import type { Mutation } from './broken-app';
import type { FaultsFigures } from './kit';

/**
 * The guards that make effects exactly once, each with what takes it out of the compiled app. When a guard is written
 * anew, its line here follows; the test fails when a text is not there any more.
 */
export const mutations: readonly (Mutation & { evidence: keyof FaultsFigures })[] = [
  {
    guard: 'the high-water mark: events that were settled before are skipped',
    evidence: 'doubled',
    changes: [
      {
        file: 'shared/workflows/settle-sources.js',
        from: '!(0, coverage_1.isCovered)(before, position)',
        to: 'true',
      },
    ],
  },
  {
    guard: 'ids of parked messages that follow from where their events stand in the hub',
    evidence: 'doubled',
    changes: [{ file: 'shared/domain/ids.js', from: '.update(seed)', to: '.update(`${seed} ${Math.random()}`)' }],
  },
  {
    guard: 'ids of alerts that follow from where their events stand in the hub',
    evidence: 'lost',
    changes: [
      {
        file: 'shared/workflows/read-events.js',
        from: '{ source, position });',
        to: '{ source, position: Math.floor(Math.random() * 2 ** 48) });',
      },
    ],
  },
  {
    guard: 'numbers without gaps: only who has seen the newest row of the log may write the next',
    evidence: 'lost',
    changes: [
      {
        file: 'shared/adapters/table/shard-log.js',
        from: "[['create', row], ...actions]",
        to: "[['upsert', row, 'Replace'], ...actions]",
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
