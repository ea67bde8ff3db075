import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { preloadFile } from '../../../infra/local/iot-hub/preload';
import { iotHubCommandFeedback } from '../../../shared/adapters/iot-hub/command-feedback';
import { iotHubCommandMessages } from '../../../shared/adapters/iot-hub/command-messages';
import { load, startTestHub } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
let line: Awaited<ReturnType<typeof startLine>>;

beforeAll(async () => {
  hub = await startTestHub();
  await hub.addDevice('device');
  line = await startLine(hub.ports.amqps);
  const preload = join(hub.data, 'broken-line.cjs');
  const ports = { ...hub.ports, amqps: line.port };
  const authority = await readFile(hub.caFile, 'utf8');
  await writeFile(preload, preloadFile({ hostName: hub.hostName, ports, authority }));
  load(preload);
});
afterAll(async () => {
  line.close();
  await hub.stop();
});

/** A line to the hub: its first connection breaks at the second piece that comes back, its second at the third, and so on. */
async function startLine(target: number) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    let left = connections + 1;
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    near.pipe(far);
    far.on('data', (piece) => {
      left -= 1;
      if (left > 0) near.write(piece);
      else near.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    beginAnew: () => void (connections = 0),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const account = () => ({ connectionString: hub.iotHubConnectionString });
const tries = Array.from({ length: 24 }, (_, i) => i);

beforeEach(() => line.beginAnew());

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
