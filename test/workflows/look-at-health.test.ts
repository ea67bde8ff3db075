import { memoryDeviceTwins } from '../../shared/adapters/memory/device-twins';
import { memoryIngestMarks } from '../../shared/adapters/memory/ingest-marks';
import { memoryQueueLengths } from '../../shared/adapters/memory/queue-lengths';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { ServiceError } from '../../shared/domain/errors';
import { lookAtHealth } from '../../shared/workflows/look-at-health';
import type { HealthDeps } from '../../shared/workflows/look-at-health';
import { markProgress } from '../../shared/workflows/mark-progress';
import { event, seed, start } from '../kit/ingestion';

function healthy(more: Partial<HealthDeps> = {}): HealthDeps {
  return {
    records: memoryRecordStore(),
    twins: memoryDeviceTwins(),
    queues: memoryQueueLengths(new Map()),
    marks: memoryIngestMarks(),
    version: '1.2.3',
    soon: async (work) => ({ value: await work }),
    now: () => start,
    ...more,
  };
}

const away = async () => Promise.reject(new ServiceError('storage-unavailable', 'Storage is busy.'));

test('a service that lacks nothing is up, and says of each part how it is', async () => {
  expect(await lookAtHealth(healthy())).toEqual({
    status: 'up',
    version: '1.2.3',
    checked: '2026-03-01T08:00:00.000Z',
    parts: [
      { part: 'storage', state: 'good', says: 'answers in 0 ms' },
      { part: 'parked messages', state: 'good', says: 'none' },
      { part: 'hub', state: 'good', says: 'answers in 0 ms' },
      ...['commands', 'devicedata', 'registrations', 'twins'].map((name) => ({
        part: `queue ${name}`,
        state: 'good',
        says: '0 wait, 0 failed',
      })),
      { part: 'hub events', state: 'off', says: 'none were dealt with yet' },
    ],
  });
});

const cases: { which: string; more: Partial<HealthDeps>; status: string; part: string; says: string }[] = [
  {
    which: 'storage that fails',
    more: { records: { ...memoryRecordStore(), list: away } },
    status: 'down',
    part: 'storage',
    says: 'does not answer',
  },
  {
    which: 'a hub that does not answer soon',
    more: { twins: { read: async () => new Promise<never>(() => undefined) }, soon: lateForHub() },
    status: 'down',
    part: 'hub',
    says: 'does not answer',
  },
  {
    which: 'queues that fail',
    more: { queues: { length: away } },
    status: 'down',
    part: 'queue twins',
    says: 'does not answer',
  },
  {
    which: 'a message that failed again and again',
    more: { queues: memoryQueueLengths(new Map([['twins-poison', 2]])) },
    status: 'attention',
    part: 'queue twins',
    says: '0 wait, 2 failed',
  },
  {
    which: 'a queue that grows',
    more: { queues: memoryQueueLengths(new Map([['commands', 1_001]])) },
    status: 'attention',
    part: 'queue commands',
    says: '1001 wait, 0 failed',
  },
];

/** Everything is awaited but for what never comes. */
function lateForHub(): HealthDeps['soon'] {
  return async (work) =>
    Promise.race([work.then((value) => ({ value })), new Promise<'late'>((say) => setTimeout(say, 200, 'late'))]);
}

test.each(cases)('$which is found, with what to do', async ({ more, status, part, says }) => {
  const health = await lookAtHealth(healthy(more));
  expect(health.status).toBe(status);
  expect(health.parts).toContainEqual({ part, state: status, says, do: expect.stringMatching(/\w+.*\./) });
});

test('parked messages wait for a person', async () => {
  const records = memoryRecordStore();
  await seed(records, 'ccs_parkedmessage', 'one', {});
  expect((await lookAtHealth(healthy({ records }))).parts).toContainEqual({
    part: 'parked messages',
    state: 'attention',
    says: '1',
    do: expect.stringContaining('ccs_parkedmessages'),
  });
});

test('a service without a hub of its own says so and is up', async () => {
  const health = await lookAtHealth(healthy({ twins: undefined }));
  expect(health).toMatchObject({ status: 'up' });
  expect(health.parts).toContainEqual(expect.objectContaining({ part: 'hub', state: 'off' }));
});

describe('the mark of a partition', () => {
  const source = { hub: 'hub', partition: '3' };

  test('says how long the newest event waited; more than a minute asks for attention', async () => {
    const marks = memoryIngestMarks();
    const handled = start + 1_000 + 61_000;
    await markProgress(source, [event(0, {}), event(1, {})], { marks, marked: new Map(), now: () => handled });
    const { status, parts } = await lookAtHealth(healthy({ marks, now: () => handled + 4_000 }));
    expect(status).toBe('attention');
    expect(parts.at(-1)).toEqual({
      part: 'hub partition 3',
      state: 'attention',
      says: 'event 1 was dealt with 61 s after the hub took it, 4.0 s ago',
      do: expect.stringContaining('onIoTHubEvents'),
    });
  });

  test('is made every ten seconds at most, whatever comes', async () => {
    const marks = memoryIngestMarks();
    const marked = new Map<string, number>();
    const at = async (seconds: number, sequence: number) =>
      markProgress(source, [event(sequence, {})], { marks, marked, now: () => start + 1000 * seconds });
    await at(0, 1);
    await at(9, 2);
    expect(await marks.all()).toMatchObject([{ sequence: 1 }]);
    await at(10, 3);
    expect(await marks.all()).toMatchObject([{ sequence: 3 }]);
    await markProgress(source, [], { marks, marked, now: () => start + 60_000 });
    expect(await marks.all()).toMatchObject([{ sequence: 3 }]);
  });
});
