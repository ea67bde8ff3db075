import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { load, startTestHub } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';
import { cleanUp, newFolder } from './program';

const run = promisify(execFile);

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(async () => {
  await hub.stop();
  await cleanUp();
});

/** A program that asks a host for its device statistics, and prints status and who signed the certificate. */
const asks = `
  const request = require('node:https').get(
    { host: process.argv[1], path: '/statistics/devices', ...JSON.parse(process.argv[2] ?? '{}') },
    (response) => {
      console.log(response.statusCode, response.socket.getPeerCertificate().issuer.CN);
      response.destroy();
    },
  );
  request.on('error', (error) => console.log(error.code ?? error.message));`;

async function ask(host: string, { preload = hub.preload, env = {}, options = {} } = {}): Promise<string> {
  const args = ['--require', preload, '-e', asks, host, JSON.stringify(options)];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, NODE_EXTRA_CA_CERTS: '', ...env } });
  return stdout.trim();
}

const reached = '401 Local IoT Hub certificate authority';

test('a program reaches the hub by its real name and port and trusts it, with or without NODE_EXTRA_CA_CERTS', async () => {
  expect(await ask(hub.hostName)).toBe(reached);
  expect(await ask(hub.hostName, { env: { NODE_EXTRA_CA_CERTS: hub.caFile } })).toBe(reached);
  expect(await ask(hub.hostName.toUpperCase())).toBe(reached);
});

test('a certificate for another name is still refused', async () => {
  expect(await ask(hub.hostName, { options: { servername: 'somebody.else' } })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('the file works from anywhere', async () => {
  const elsewhere = join(await newFolder(), 'moved.cjs');
  await cp(hub.preload, elsewhere);
  expect(await ask(hub.hostName, { preload: elsewhere })).toBe(reached);
});

test('other hosts and other ports go where they always went', async () => {
  const server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const connect of [
    () => net.connect(port, '127.0.0.1'),
    () => net.connect({ port, host: 'localhost' }),
    () => new net.Socket().connect(port),
  ]) {
    const [greeting] = (await once(connect(), 'data')) as [Buffer];
    expect(greeting.toString()).toBe('hello');
  }
  server.close();

  const elsewhere = net.connect({
    host: hub.hostName,
    port: 80,
    lookup: (_host, _options, done) => done(new Error('asked'), []),
  });
  const [error] = (await once(elsewhere, 'error')) as [Error];
  expect(error.message).toBe('asked');
});

test('other TLS servers are not trusted because of it', async () => {
  const { key, certificate } = JSON.parse(await readFile(join(hub.data, `server-${hub.hostName}.json`), 'utf8')) as {
    key: string;
    certificate: string;
  };
  const server = tls.createServer({ key, cert: certificate }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = tls.connect({ host: 'localhost', port: (server.address() as AddressInfo).port });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  server.close();
});

test('two hubs live side by side in one process, and the newest of one name wins', async () => {
  const second = await startTestHub({ hostName: 'second.azure-devices.net' });
  const newest = await startTestHub({ hostName: 'second.azure-devices.net' });
  load(hub.preload);
  load(newest.preload);
  await newest.registry.create({ deviceId: 'here' });
  await hub.registry.create({ deviceId: 'there' });
  await expect(second.registry.get('here')).rejects.toThrow(); // its key is another hub's
  await expect(newest.registry.get('there')).rejects.toMatchObject({ name: 'DeviceNotFoundError' });
  await second.stop();
  await newest.stop();
});

test('an agent that was made before keeps its own certificates, too', async () => {
  const agent = new https.Agent({ ca: await readFile(hub.caFile) });
  expect(await status({ host: hub.hostName, agent })).toBe(401);
  expect(await status({ host: hub.hostName, ca: [await readFile(hub.caFile, 'utf8')] })).toBe(401);
  agent.destroy();
});

async function status(options: https.RequestOptions): Promise<number> {
  const request = https.get({ path: '/devices', ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.destroy();
  return response.statusCode!;
}

test('it stays harmless when its text is loaded again under another name', async () => {
  const copy = join(await newFolder(), 'copy.cjs');
  await writeFile(copy, await readFile(hub.preload));
  const before = net.Socket.prototype.connect;
  load(copy);
  expect(net.Socket.prototype.connect).toBe(before);
  expect(await status({ host: hub.hostName })).toBe(401);
});
