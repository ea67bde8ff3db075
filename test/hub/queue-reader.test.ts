import type { InvocationContext } from '@azure/functions';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { readCommandWork } from '../../shared/domain/command-work';
import { readDataRequest } from '../../shared/domain/data-request';
import { batchMessageOf } from '../../shared/domain/device-job';
import { readTwinWork } from '../../shared/domain/twin-work';
import { reading } from '../../shared/hub/queue-reader';
import { all } from '../kit/ingestion';

const id = 'c0ffee00-0000-4000-8000-000000000001';
const batch = 'c0ffee00-0000-8000-8000-000000000001';

/** A reader of a queue, what it worked on and what it kept. */
function open<M>(read: (entry: unknown) => M | undefined, work: (message: M) => void = () => {}) {
  const records = memoryRecordStore();
  const errors: unknown[] = [];
  const handler = reading(
    'things',
    read,
    () => ({ records, now: () => 0 }),
    async (message) => work(message),
  );
  const context = (message: string) =>
    ({
      triggerMetadata: { id: message },
      error: (line: unknown) => void errors.push(line),
    }) as unknown as InvocationContext;
  return {
    errors,
    take: async (entry: unknown, message = 'one') => handler(entry, context(message)),
    parked: async () => all(records, 'ccs_parkedmessage'),
  };
}

test.each<{ which: string; read: (entry: unknown) => unknown; good: object; bad: unknown[] }>([
  {
    which: 'commands',
    read: readCommandWork,
    good: { command: id, since: 1 },
    bad: [{ command: id }, { command: 'x', since: 1 }, { since: 1 }],
  },
  {
    which: 'twins',
    read: readTwinWork,
    good: { device: id, since: 1 },
    bad: [{ device: id }, { device: 7, since: 1 }, { device: id, since: '1' }],
  },
  {
    which: 'requests for data',
    read: readDataRequest,
    good: { request: 'r', requested: 1, devices: [id], note: 'n', since: 2 },
    bad: [
      { request: 'r', requested: 1, devices: 'all', note: 'n', since: 2 },
      { request: 'r', requested: 1, devices: [id, 'x'], note: 'n', since: 2 },
      { requested: 1, devices: [id], note: 'n', since: 2 },
      { request: 'r', requested: 1, devices: [id], note: 'n' },
    ],
  },
  { which: 'batches', read: batchMessageOf, good: { job: batch, batch }, bad: [{ job: batch }, { job: 'x', batch }] },
])('a reader of $which works on what is one and keeps anything else, whatever it is', async ({ read, good, bad }) => {
  const worked: unknown[] = [];
  const { take, parked, errors } = open(read, (message) => void worked.push(message));
  await take({ ...good, more: 1 });
  expect(worked).toEqual([good]);
  const strange = [...bad, null, 'a text', 7, [], {}];
  for (const [i, entry] of strange.entries()) await take(entry, String(i));
  expect(worked).toHaveLength(1);
  const bodies = (await parked()).map((row) => row['ccs_body']);
  const sent = strange.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  expect(bodies.toSorted()).toEqual(sent.toSorted());
  expect(errors).toHaveLength(strange.length);
});

test('a message that comes twice is kept once, and the log says where', async () => {
  const { take, parked, errors } = open(() => undefined);
  await take('x');
  await take('x');
  expect(await parked()).toMatchObject([{ ccs_parkedreason: 'unreadable-request', ccs_hub: 'queue things' }]);
  expect(errors[0]).toMatch(/^queue-message-parked: .*"queue":"things"/);
});

test('what fails is thrown on, so that the message stays where it is', async () => {
  const { take } = open(
    () => 1,
    () => {
      throw new Error('no storage');
    },
  );
  await expect(take({})).rejects.toThrow('no storage');
});
