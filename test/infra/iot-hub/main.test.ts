import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client as DeviceClient } from 'azure-iot-device';
import { Amqp } from 'azure-iot-device-amqp';
import { Mqtt } from 'azure-iot-device-mqtt';
import { NoRetry } from 'azure-iot-common';
import { Registry } from 'azure-iothub';
import { deviceConnectionString, load, until } from '../../kit/hub';
import { cleanUp, end, newFolder, runProgram, startProgram } from './program';

afterEach(cleanUp);

test('it tells what it offers, in the same words to its parent, in a file and on the screen', async () => {
  const data = await newFolder();
  const { offer, output } = await startProgram([
    '--data',
    data,
    '--host-name',
    'my.azure-devices.net',
    '--event-hub-name',
    'mine',
  ]);
  const { type: _type, ...fields } = offer;
  expect(JSON.parse(await readFile(join(data, 'iot-hub.json'), 'utf8'))).toEqual(fields);
  expect(fields.hostName).toBe('my.azure-devices.net');
  expect(fields.iotHubConnectionString).toMatch(/^HostName=my\.azure-devices\.net;SharedAccessKeyName=iothubowner;/);
  expect(fields.eventHubConnectionString).toContain(`Endpoint=sb://localhost:${fields.ports.amqp}/`);
  expect(fields.eventHubConnectionString).toContain('EntityPath=mine;UseDevelopmentEmulator=true');
  await until(() => /^IoT Hub ready on /m.test(output()));
});

test.each([
  ['an unknown option', ['--colour', 'red'], /colour/],
  ['a port that is no number', ['--https-port', 'http'], /--https-port must be a number from 1 to 65535/],
  ['a port out of range', ['--mqtt-port', '70000'], /--mqtt-port/],
  ['one port twice', ['--mqtt-port', '4711', '--amqp-port', '4711'], /Two ports are the same/],
  ['no partitions', ['--partitions', '0'], /--partitions must be a number from 1 to 32/],
  ['a host name with a blank', ['--host-name', 'a b'], /--host-name/],
  ['an option without its value', ['--data'], /--data/],
  ['a stray word', ['hello'], /hello/],
])('%s is one clear line and exit code 2', async (_which, args, line) => {
  const { code, stderr } = await runProgram(args);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(line);
  expect(code).toBe(2);
});

test('--help explains every option', async () => {
  const { code, stdout } = await runProgram(['--help']);
  expect(code).toBe(0);
  for (const option of ['--data', '--host-name', '--event-hub-name', '--partitions', '--https-port', '--amqp-port']) {
    expect(stdout).toContain(option);
  }
});

test('a port that was asked for and is taken is one clear line and exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await runProgram(['--data', await newFolder(), '--mqtt-port', String(port)]);
  other.close();
  expect(stderr).toBe(`Port ${port} (mqtt) is taken by another program\n`);
  expect(code).toBe(1);
});

test('the ports of last time are used again, and replaced when they are taken', async () => {
  const data = await newFolder();
  const first = await startProgram(['--data', data]);
  await end(first.child, 'SIGTERM');
  const other = createServer().listen(first.offer.ports.amqps, '127.0.0.1');
  await once(other, 'listening');
  const second = await startProgram(['--data', data]);
  other.close();
  const { amqps, ...same } = second.offer.ports;
  expect(first.offer.ports).toMatchObject(same);
  expect(amqps).not.toBe(first.offer.ports.amqps);
});

test('a data folder serves one hub at a time', async () => {
  const data = await newFolder();
  await startProgram(['--data', data]);
  const { code, stderr } = await runProgram(['--data', data]);
  expect(stderr).toMatch(/^The data folder .* is in use by another IoT Hub\n$/);
  expect(code).toBe(1);
});

test.each([
  ['a short', ''],
  ['a very long', 'long'.repeat(50)],
])('a hub that was killed frees its data folder, also with %s path', async (_which, below) => {
  const data = join(await newFolder(), below);
  const { child } = await startProgram(['--data', data]);
  await end(child, 'SIGKILL');
  await startProgram(['--data', data]);
  const { stderr } = await runProgram(['--data', data]);
  expect(stderr).toMatch(/is in use by another IoT Hub\n$/);
});

test('a data folder that cannot be is one clear line', async () => {
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  const { code, stderr } = await runProgram(['--data', join(file, 'below')]);
  expect(stderr).toMatch(/^The data folder .* cannot be written: .*\n$/);
  expect(code).toBe(1);
});

test('a damaged journal is one clear line, a torn last line is not', async () => {
  const data = await newFolder();
  const whole = '{"removed":"a"}\n';
  await writeFile(join(data, 'journal.jsonl'), `${whole}{"removed":`);
  const { child } = await startProgram(['--data', data]);
  await end(child, 'SIGKILL');
  await writeFile(join(data, 'journal.jsonl'), `${whole}{"removed":\n${whole}`);
  const { code, stderr } = await runProgram(['--data', data]);
  expect(stderr).toMatch(/^.*journal\.jsonl is damaged in line 2; .*\n$/);
  expect(code).toBe(1);
});

test('a folder without write permission is one clear line', async () => {
  const locked = join(await newFolder(), 'locked');
  await mkdir(locked);
  await chmod(locked, 0o500);
  // Permissions do not stop root, but nobody can create a file there.
  const { code, stderr } = await runProgram(['--data', process.getuid?.() === 0 ? '/proc/self' : locked]);
  expect(stderr).toMatch(/^The data folder .* cannot be written/);
  expect(code).toBe(1);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it at once with 0, whoever is connected', async (signal) => {
  const { child, offer } = await startProgram(['--data', await newFolder()]);
  load(offer.preload);
  const registry = Registry.fromConnectionString(offer.iotHubConnectionString);
  const devices = await Promise.all(
    [Mqtt, Amqp].map(async (transport, index) => {
      await registry.create({ deviceId: `d-${index}` });
      const connectionString = await deviceConnectionString(registry, offer.hostName, `d-${index}`);
      const device = DeviceClient.fromConnectionString(connectionString, transport);
      device.setRetryPolicy(new NoRetry());
      device.on('error', () => {});
      await device.open();
      return device;
    }),
  );
  const { code, milliseconds } = await end(child, signal);
  expect(code).toBe(0);
  expect(milliseconds).toBeLessThan(2000);
  await Promise.allSettled(devices.map((device) => device.close()));
});

test('it ends when its parent is gone', async () => {
  const { child } = await startProgram(['--data', await newFolder()]);
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});
