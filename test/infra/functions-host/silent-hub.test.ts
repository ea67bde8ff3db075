import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { startHubStandIn } from './hub-stand-in';
import type { HubStandIn } from './hub-stand-in';
import { endAll, startHost, tellTale, until } from './running-host';

let azurite: Azurite;
let hub: HubStandIn;
let line: Awaited<ReturnType<typeof startLine>>;
let tale: ReturnType<typeof tellTale>;

beforeAll(async () => {
  azurite = await startAzurite();
  hub = await startHubStandIn(4);
  line = await startLine(Number(/:(\d+);/.exec(hub.connectionString)![1]));
  tale = tellTale();
});
afterAll(async () => {
  await endAll();
  line.close();
  await hub.close();
  await azurite.stop();
  tale.remove();
});

/** A line to the hub that can be cut, and on which those who call can be left without an answer for good. */
async function startLine(hubPort: number) {
  const sockets = new Set<Socket>();
  let isDeaf = false;
  let through = 0;
  let unanswered = 0;
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    if (isDeaf) {
      unanswered += 1;
      return;
    }
    through += 1;
    near.on('close', () => (through -= 1));
    const far = connect(hubPort, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    through: () => through,
    unanswered: () => unanswered,
    cut,
    deafen: (deaf: boolean) => void (isDeaf = deaf),
    close: () => {
      server.close();
      cut();
    },
  };
}

test('partitions whose connection hangs while it is opened are opened anew, and an idle hub is left in peace', async () => {
  const bodies = () =>
    tale
      .seen()
      .filter((told) => told.function === 'plain' && told.done)
      .flatMap((told) => told.bodies!);
  const host = await startHost('fixture-events', {
    AzureWebJobsStorage: azurite.connectionString,
    HUB: hub.connectionString.replace(/:\d+;/, `:${line.port};`),
    HUB_NAME: 'silent-hub',
    SEEN: tale.path,
    TICK: '0 0 0 1 1 *',
  });
  const warning = /nothing heard of partition/;
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['before']);
  await until('four events', () => bodies().length === 4);
  // Longer than the silence that is put up with.
  await new Promise((wait) => setTimeout(wait, 26_000));
  expect(host.lines.join('\n')).not.toMatch(warning);

  const calls = line.through();
  line.deafen(true);
  line.cut();
  // The host calls again for each line that it had; one that got through would be answered, and nothing would hang.
  await until('calls without an answer', () => line.unanswered() >= calls);
  line.deafen(false);
  for (const partition of [0, 1, 2, 3]) hub.append(partition, ['after']);
  await until('four more events', () => bodies().filter((body) => body === 'after').length === 4, 45_000);
  expect(host.lines.join('\n')).toMatch(warning);
});
