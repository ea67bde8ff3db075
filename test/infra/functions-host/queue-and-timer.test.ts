import { QueueClient } from '@azure/storage-queue';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { endAll, startHost, tellTale, until } from './running-host';

let azurite: Azurite;
let tale: ReturnType<typeof tellTale>;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});
beforeEach(() => {
  tale = tellTale();
});
afterEach(async () => {
  await endAll();
  tale.remove();
});

const start = (settings: Record<string, string> = {}) =>
  startHost('fixture-events', {
    AzureWebJobsStorage: azurite.connectionString,
    SEEN: tale.path,
    QUEUES: '1',
    TICK: '0 0 0 1 1 *',
    ...settings,
  });
const queue = (name: string) => new QueueClient(azurite.connectionString, name);
const encode = (text: string) => Buffer.from(text).toString('base64');
const seenBy = (name: string) => tale.seen().filter((told) => told.function === name && !told.hook);

async function take(name: string): Promise<string | undefined> {
  const { receivedMessageItems } = await queue(name).receiveMessages({ numberOfMessages: 1 });
  const [message] = receivedMessageItems;
  return message && Buffer.from(message.messageText, 'base64').toString();
}

test('a message is handled once, its outputs are sent, and it is gone', async () => {
  await queue('done').createIfNotExists();
  await queue('work').createIfNotExists();
  await start();
  await queue('work').sendMessage(encode('{"n":1}'));
  expect(await until('the output', () => take('done'))).toBe('{"finished":{"n":1}}');
  expect(seenBy('work')).toMatchObject([{ message: { n: 1 }, dequeueCount: 1 }]);
  await until(
    'the queue to be empty',
    async () => (await queue('work').getProperties()).approximateMessagesCount === 0,
  );
});

test('a message whose function throws goes to the poison queue after five tries', async () => {
  await queue('work').createIfNotExists();
  const host = await start();
  await queue('work').sendMessage(encode('fail'));
  await queue('work-poison').createIfNotExists();
  expect(await until('the poison message', () => take('work-poison'))).toBe('fail');
  expect(seenBy('work').map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2, 3, 4, 5]);
  // The message can be taken before the host has written its line.
  const moved = /work: message .* failed 5 times and was moved to work-poison/;
  await until('the line about it', () => moved.test(host.lines.join('\n')));
  expect(host.lines.join('\n')).toMatch(moved);
});

test('a message that fails in a poison queue stays there, however often it fails', async () => {
  const poison = queue('ill-poison');
  await poison.createIfNotExists();
  await poison.sendMessage(encode('ill'));
  for (let tries = 0; tries < 4; tries += 1) {
    const { messageId, popReceipt } = (await poison.receiveMessages()).receivedMessageItems[0]!;
    await poison.updateMessage(messageId, popReceipt, encode('ill'), 0);
  }
  const host = await start();
  await until('the fifth try', () => seenBy('ill').length > 0);
  await host.end('SIGTERM');
  expect(seenBy('ill')).toMatchObject([{ message: 'ill', dequeueCount: 5 }]);
  expect((await poison.getProperties()).approximateMessagesCount).toBe(1);
  expect(await queue('ill-poison-poison').exists()).toBe(false);
});

test('a message in flight at SIGTERM is finished and deleted', async () => {
  await queue('work').createIfNotExists();
  const host = await start();
  await queue('work').sendMessage(encode('slow'));
  await until('the start', () => seenBy('work').length === 1);
  expect(await host.end('SIGTERM')).toBe(0);
  expect((await queue('work').getProperties()).approximateMessagesCount).toBe(0);
});

test('a timer runs on start-up and by its schedule, never twice at a time', async () => {
  const host = await start({ TICK: '*/1 * * * * *' });
  await until('two runs', () => seenBy('tick').filter(({ ended }) => ended).length >= 2);
  const order = seenBy('tick').map(({ started }) => Boolean(started));
  expect(order).toEqual(order.map((_, index) => index % 2 === 0));
  expect(seenBy('tick')[0]!['timer']).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
  await host.end();
});

test('hooks run in their places', async () => {
  const host = await start({ TICK: '00:59:00' });
  await until('the run on start-up', () => seenBy('tick').some(({ ended }) => ended));
  await host.end();
  const hooks = tale.seen().flatMap(({ hook, function: name }) => (hook ? [`${hook} ${name ?? ''}`.trim()] : []));
  expect(hooks).toEqual(['appStart', 'preInvocation tick', 'postInvocation tick', 'appTerminate']);
});

test('a request in flight when the parent goes away is answered, then the host ends with code 0', async () => {
  const host = await start();
  const answer = fetch(`${host.url}/slow`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const exited = new Promise((resolve) => host.child.once('exit', resolve));
  host.child.disconnect();
  expect(await (await answer).text()).toBe('done');
  expect(await exited).toBe(0);
});

test('drain stops the listeners, resume starts them again', async () => {
  await queue('work').createIfNotExists();
  const { url } = await start();
  const status = async () => (await fetch(`${url}/admin/host/drain/status`)).json();
  expect(await status()).toMatchObject({ state: 'Disabled' });
  expect((await fetch(`${url}/admin/host/drain`, { method: 'POST' })).status).toBe(202);
  await until('the drain', async () => ((await status()) as { state: string }).state === 'Completed');
  await queue('work').sendMessage(encode('later'));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(seenBy('work')).toEqual([]);
  expect((await fetch(`${url}/admin/host/resume`, { method: 'POST' })).status).toBe(200);
  await until('the message', () => seenBy('work').length === 1);
});
