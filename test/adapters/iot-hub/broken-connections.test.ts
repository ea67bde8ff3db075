import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preloadFile } from '../../../infra/local/iot-hub/preload';
import { startTcpProxy } from '../../../infra/local/proxies/tcp-proxy';
import type { TcpProxy } from '../../../infra/local/proxies/tcp-proxy';
import { iotHubCommandFeedback } from '../../../shared/adapters/iot-hub/command-feedback';
import { iotHubCommandMessages } from '../../../shared/adapters/iot-hub/command-messages';
import { load, startTestHub } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
let line: TcpProxy;

beforeAll(async () => {
  hub = await startTestHub();
  await hub.addDevice('device');
});
afterAll(async () => {
  await hub.stop();
});

/** A line to the hub of its own for each test: its first connection breaks at the second piece that comes back, and so on. */
beforeEach(async () => {
  line = await startTcpProxy(hub.ports.amqps, (connection) => connection + 1);
  const preload = join(hub.data, `line-${line.port}.cjs`);
  const ports = { ...hub.ports, amqps: line.port };
  const authority = await readFile(hub.caFile, 'utf8');
  await writeFile(preload, preloadFile({ hostName: hub.hostName, ports, authority }));
  load(preload);
});
afterEach(async () => line.stop());

const account = () => ({ connectionString: hub.iotHubConnectionString });
const tries = Array.from({ length: 24 }, (_, i) => i);

test('wherever the connection breaks, taking feedback fails in words, and nothing else does', async () => {
  const feedback = iotHubCommandFeedback(account());
  const take = async () =>
    feedback
      .take(async () => undefined)
      .then(
        () => 'nothing more',
        (error: Error & { code?: string }) => String(error.code),
      );
  const ends = await Promise.all(tries.map(take));
  expect(new Set(ends)).toEqual(new Set(['hub-unreachable', 'nothing more']));
});

test('wherever the connection breaks, a message is refused for now, uncertain or accepted, and nothing else fails', async () => {
  const send = async (_: unknown, i: number) => {
    const messages = iotHubCommandMessages(account());
    const message = { deviceId: 'device', messageId: `m${i}`, body: '{}', expires: Date.now() + 60_000, attempt: 1 };
    const { kind } = await messages.send(message);
    await messages.close();
    return kind;
  };
  const ends = await Promise.all(tries.map(send));
  expect(new Set(ends)).toEqual(new Set(['not-now', 'uncertain', 'accepted']));
});
