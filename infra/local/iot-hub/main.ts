import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareFolder, reason, writeWhole } from './data-folder';
import { startIotHub } from './iot-hub';
import type { IotHub, IotHubOptions, IotHubPorts } from './iot-hub';

// Runs the emulator as a program of its own: see README.md, or --help.

const usage = `npm run iot-hub -- [options]
  --data DIR            where everything is kept              (.local/iot-hub)
  --host-name NAME      the name clients connect to           (local.azure-devices.net)
  --event-hub-name NAME the Event Hubs-compatible name        (local)
  --partitions N        partitions of the event hub, 1 to 32  (4)
  --registry-operations N
                        identity operations a minute, beyond which they are refused (no limit)
  --routes              changes of twins, identities and connections come as events, too
  --https-port N, --mqtt-port N, --amqps-port N, --amqp-port N
                        ports on 127.0.0.1                    (those used last, or free ones)`;

class UsageError extends Error {}

function readOptions(args: string[]): IotHubOptions | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const ports: Partial<IotHubPorts> = {
    https: number('https-port', values['https-port'], 65_535),
    mqtt: number('mqtt-port', values['mqtt-port'], 65_535),
    amqps: number('amqps-port', values['amqps-port'], 65_535),
    amqp: number('amqp-port', values['amqp-port'], 65_535),
  };
  const given = Object.values(ports).filter((port) => port !== undefined);
  if (new Set(given).size < given.length) throw new UsageError('Two ports are the same');
  return {
    data: values.data ?? join('.local', 'iot-hub'),
    hostName: name('host-name', values['host-name'], /^[A-Za-z0-9]([A-Za-z0-9-.]*[A-Za-z0-9])?$/),
    eventHubName: name('event-hub-name', values['event-hub-name'], /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/),
    partitions: number('partitions', values.partitions, 32),
    registryOperationsPerMinute: number('registry-operations', values['registry-operations'], 65_535),
    routes: values.routes ?? false,
    ports,
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean' },
        data: text,
        'host-name': text,
        'event-hub-name': text,
        partitions: text,
        'registry-operations': text,
        routes: { type: 'boolean' },
        'https-port': text,
        'mqtt-port': text,
        'amqps-port': text,
        'amqp-port': text,
      },
    });
  } catch (error) {
    throw new UsageError(reason(error).split('\n')[0]);
  }
}

function number(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
  throw new UsageError(`--${option} must be a number from 1 to ${most}, not "${text}"`);
}

function name(option: string, text: string | undefined, allowed: RegExp): string | undefined {
  if (text === undefined || allowed.test(text)) return text;
  throw new UsageError(`--${option} "${text}" is no such name`);
}

async function run(options: IotHubOptions): Promise<void> {
  const hub = await startIotHub({ ...options, log: (line) => console.log(line) });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    console.log(`REST calls: ${listed(hub.restCalls())}`);
    hub.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop); // the parent is gone
  process.on('uncaughtException', fail);
  announce(hub, options.data);
}

function listed(calls: Record<string, number>): string {
  return (
    Object.entries(calls)
      .map(([operation, count]) => `${count} ${operation}`)
      .join(', ') || 'none'
  );
}

function announce(hub: IotHub, data: string): void {
  const fields = { ...hub, stop: undefined, restCalls: undefined, pid: process.pid };
  writeWhole(join(prepareFolder(data), 'iot-hub.json'), `${JSON.stringify(fields, null, 2)}\n`, 0o600);
  console.log(`IoT Hub connection string:   ${hub.iotHubConnectionString}`);
  console.log(`Event Hub connection string: ${hub.eventHubConnectionString}`);
  console.log(`Certificate authority:       ${hub.caFile}`);
  console.log(`Preload for Node.js clients: ${hub.preload}`);
  const { https, mqtt, amqps, amqp } = hub.ports;
  console.log(`IoT Hub ready on 127.0.0.1: HTTPS ${https}, MQTT ${mqtt}, AMQPS ${amqps}, Event Hubs AMQP ${amqp}`);
  process.send?.({ type: 'ready', ...fields });
}

function fail(error: unknown): never {
  console.error(reason(error));
  process.exit(error instanceof UsageError ? 2 : 1);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else run(options).catch(fail);
} catch (error) {
  fail(error);
}
