import { ContainerClient } from '@azure/storage-blob';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { startHubStandIn } from './hub-stand-in';
import type { HubStandIn } from './hub-stand-in';
import { endAll, startHost, tellTale, until } from './running-host';

let azurite: Azurite;
let hub: HubStandIn;
let tale: ReturnType<typeof tellTale>;
let settings: Record<string, string>;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});
beforeEach(async () => {
  hub = await startHubStandIn(4);
  tale = tellTale();
  settings = {
    AzureWebJobsStorage: azurite.connectionString,
    HUB: hub.connectionString,
    HUB_NAME: `hub-${Date.now()}`,
    SEEN: tale.path,
    TICK: '0 0 0 1 1 *',
  };
});
afterEach(async () => {
  await endAll();
  await hub.close();
  tale.remove();
});

const seenBy = (name: string) => tale.seen().filter((told) => told.function === name && !told.hook);
const done = (pid?: number) => seenBy('plain').filter((told) => told.done && (pid === undefined || told.pid === pid));
const doneBodies = (pid?: number) => done(pid).flatMap(({ bodies }) => bodies!);

/** The sequence number of the last event that will not come again, or undefined. */
async function checkpoint(group: string, partition: number): Promise<number | undefined> {
  const container = new ContainerClient(azurite.connectionString, 'azure-webjobs-eventhub');
  const prefix = `127.0.0.1/${settings['HUB_NAME']}/${group}/checkpoint/${partition}`;
  for await (const blob of container.listBlobsFlat({ prefix, includeMetadata: true })) {
    return Number(blob.metadata!['sequencenumber']);
  }
  return undefined;
}

test('the events of a partition reach the function in their order', async () => {
  const host = await startHost('fixture-events', settings);
  for (const partition of [0, 1, 2, 3]) hub.append(partition, [`${partition}a`, `${partition}b`]);
  await until('eight events', () => doneBodies().length === 8);
  for (const partition of [0, 1, 2, 3]) {
    expect(doneBodies().filter((body) => body.startsWith(String(partition)))).toEqual([
      `${partition}a`,
      `${partition}b`,
    ]);
  }
  expect(await host.end()).toBe(0);
});

test('a batch holds no more than maxEventBatchSize and a partition has one invocation at a time', async () => {
  hub.append(0, ['slow', ...Array.from({ length: 24 }, (_, index) => `event ${index}`)]);
  await startHost('fixture-events', settings);
  await until('25 events', () => doneBodies().length === 25);
  expect(Math.max(...done().map(({ bodies }) => bodies!.length))).toBe(10);
  const order = seenBy('plain').map((told) => Boolean(told.done));
  expect(order).toEqual(order.map((_, index) => index % 2 === 1));
});

test('a batch that throws under a retry policy is tried again and then checkpointed', async () => {
  hub.append(0, ['fail 2']);
  await startHost('fixture-events', settings);
  await until('three tries', () => seenBy('retried').length === 3);
  expect(seenBy('retried').map(({ retry }) => retry)).toEqual([
    { retryCount: 0, maxRetryCount: 2 },
    { retryCount: 1, maxRetryCount: 2, exception: expect.objectContaining({ message: 'told to: fail 2' }) },
    { retryCount: 2, maxRetryCount: 2, exception: expect.objectContaining({ message: 'told to: fail 2' }) },
  ]);
  await until('a checkpoint', async () => (await checkpoint('retried', 0)) === 0);
});

test('a batch is given up after the last retry, with a line that tells which', async () => {
  hub.append(1, ['fail', 'innocent']);
  const host = await startHost('fixture-events', settings);
  await until('a checkpoint', async () => (await checkpoint('retried', 1)) === 1);
  const tries = seenBy('retried').filter(({ bodies }) => bodies!.includes('fail'));
  expect(tries).toHaveLength(3);
  // On a busy machine the second event may come as a batch of its own.
  const last = tries[0]!.bodies!.length - 1;
  const line = new RegExp(`retried: partition 1: gave up the batch with sequence numbers 0 to ${last}`);
  await until('the line about it', () => line.test(host.lines.join('\n')));
  expect(host.lines.join('\n')).toMatch(line);
});

test('a batch that throws without a retry policy is checkpointed all the same', async () => {
  const host = await startHost('fixture-events', settings);
  hub.append(0, ['fail']);
  await until('a checkpoint', async () => (await checkpoint('$default', 0)) === 0);
  hub.append(0, ['next']);
  await until('the next event', () => doneBodies().includes('next'));
  expect(seenBy('plain').filter(({ bodies }) => bodies!.includes('fail'))).toHaveLength(1);
  const line = /error .*plain: failed \([0-9a-f-]{36}\): told to: fail/;
  await until('the line about it', () => line.test(host.lines.join('\n')));
  expect(host.lines.join('\n')).toMatch(line);
});

test('what was killed in the middle of a batch gets the batch again after a restart, within seconds', async () => {
  const first = await startHost('fixture-events', settings);
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['before']);
  await until(
    'four events and checkpoints',
    async () => doneBodies().length === 4 && (await checkpoint('$default', 3)) === 0,
  );
  for (const partition of [0, 1, 2, 3])
    await until('checkpoint', async () => (await checkpoint('$default', partition)) === 0);
  hub.append(2, ['slow']);
  await until('the start of the batch', () => seenBy('plain').some(({ bodies }) => bodies!.includes('slow')));
  await first.end('SIGKILL');
  for (const partition of [0, 1, 3]) hub.append(partition, ['after']);
  const second = await startHost('fixture-events', settings);
  const restarted = Date.now();
  await until('every partition to go on', () => doneBodies(second.pid).length === 4);
  expect(Date.now() - restarted).toBeLessThan(6_000);
  expect(doneBodies(second.pid).toSorted()).toEqual(['after', 'after', 'after', 'slow']);
});

test('two hosts share the partitions and one takes over what the other leaves', async () => {
  const first = await startHost('fixture-events', settings);
  const second = await startHost('fixture-events', settings);
  let round = 0;
  await until('both to receive', () => {
    for (const partition of [0, 1, 2, 3]) hub.append(partition, [`${round} of ${partition}`]);
    round += 1;
    const partitionsOf = (pid: number) =>
      new Set(
        done(pid)
          .slice(-4)
          .map(({ partition }) => partition),
      ).size;
    return partitionsOf(first.pid) > 0 && partitionsOf(second.pid) > 0;
  });
  await first.end('SIGKILL');
  for (const partition of [0, 1, 2, 3]) hub.append(partition, [`last of ${partition}`]);
  await until(
    'the second to get the rest',
    () => doneBodies(second.pid).filter((body) => body.startsWith('last')).length === 4,
  );
});

test('a partition that another host takes in the middle of a batch stays with that host', async () => {
  const first = await startHost('fixture-events', settings);
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['slow 6000']);
  await until('four batches in flight', () => seenBy('plain').length === 4);
  const second = await startHost('fixture-events', settings);
  await until(
    'the second to have its share',
    () => seenBy('plain').filter(({ pid }) => pid === second.pid).length >= 2,
  );
  await until('the first to be done', () => done(first.pid).length === 4);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const before = tale.seen().length;
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['late']);
  await until('all late events', () => doneBodies().filter((body) => body === 'late').length >= 4);
  const late = tale
    .seen()
    .slice(before)
    .filter((told) => told.done && told.bodies!.includes('late'));
  expect(new Set(late.map(({ pid }) => pid)).size).toBe(2);
  expect(new Set(late.map(({ partition }) => partition)).size).toBe(4);
});

test('receiving goes on about a second after the connection broke', async () => {
  await startHost('fixture-events', settings);
  hub.append(0, ['before']);
  await until('the first event', () => doneBodies().includes('before'));
  hub.dropConnections();
  hub.append(0, ['after']);
  const dropped = Date.now();
  await until('the next event', () => doneBodies().includes('after'));
  expect(Date.now() - dropped).toBeLessThan(5_000);
  expect(doneBodies()).toEqual(['before', 'after']);
});

test('every partition goes on soon after the hub was away', async () => {
  await startHost('fixture-events', settings);
  // Every link stands before the hub goes: one that breaks while it is being opened is left to the SDK's own time limit.
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['before']);
  await until('the first events', () => doneBodies().length === 4 && seenBy('retried').length === 4);
  const comeBack = hub.goAway();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  comeBack();
  const back = Date.now();
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['after']);
  await until('the next events', () => doneBodies().filter((body) => body === 'after').length === 4);
  expect(Date.now() - back).toBeLessThan(8_000);
});

test('a batch in flight at SIGTERM is finished, not checkpointed, and comes again after the next start', async () => {
  const first = await startHost('fixture-events', settings);
  hub.append(0, ['slow']);
  await until('the batch in flight', () => seenBy('plain').length === 1);
  expect(await first.end('SIGTERM')).toBe(0);
  expect(doneBodies(first.pid)).toEqual(['slow']);
  expect(await checkpoint('$default', 0)).toBeUndefined();
  expect(tale.seen().at(-1)).toMatchObject({ hook: 'appTerminate' });
  const second = await startHost('fixture-events', settings);
  await until('the batch again', () => doneBodies(second.pid).length === 1);
});
