import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { readJson, writeWhole } from './data-folder';

/** The ports the hub listens on, all on 127.0.0.1. */
export interface IotHubPorts {
  /** REST and HTTPS devices. */
  https: number;
  /** MQTT devices, over TLS. */
  mqtt: number;
  /** AMQP back ends and devices, over TLS. */
  amqps: number;
  /** The Event Hubs-compatible endpoint, plain AMQP. */
  amqp: number;
}

/** Listens on all ports; the folder remembers them for the next time. */
export async function listenAll(
  servers: Record<keyof IotHubPorts, Server>,
  asked: Partial<IotHubPorts>,
  folder: string,
): Promise<IotHubPorts> {
  const file = join(folder, 'ports.json');
  const last = readJson(file) as Partial<IotHubPorts> | undefined;
  const ports: IotHubPorts = { https: 0, mqtt: 0, amqps: 0, amqp: 0 };
  const names = Object.keys(ports) as (keyof IotHubPorts)[];
  // Free ports are taken last, and one after the other: none may be given away that another name needs.
  const claim = (name: keyof IotHubPorts) => (asked[name] !== undefined ? 0 : last?.[name] !== undefined ? 1 : 2);
  for (const name of names.toSorted((a, b) => claim(a) - claim(b))) {
    ports[name] = await listen(servers[name], name, { asked: asked[name], last: last?.[name] });
  }
  writeWhole(file, JSON.stringify(ports));
  return ports;
}

/** On the port that was asked for, or else on the one used last time, or else on any free one. */
async function listen(server: Server, what: string, port: { asked?: number; last?: number }): Promise<number> {
  if (port.asked !== undefined) {
    if (await tries(server, port.asked)) return portOf(server);
    throw new Error(`Port ${port.asked} (${what}) is taken by another program`);
  }
  if (port.last !== undefined && (await tries(server, port.last))) return portOf(server);
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await tries(server, randomInt(firstQuiet, lastQuiet + 1))) return portOf(server);
  }
  await tries(server, 0);
  return portOf(server);
}

// Below the ports systems give to outgoing connections, which would take ours while the hub is down: clients that run
// on across a restart know only the old ones.
const firstQuiet = 20_000;
const lastQuiet = 31_999;

async function tries(server: Server, port: number): Promise<boolean> {
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return false;
    throw new Error(`Port ${port} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Stops listening and cuts what is still connected. */
export async function closeServer(server: Server, sockets: Iterable<{ destroy(): unknown }>): Promise<void> {
  const closed = server.listening ? once(server, 'close') : undefined;
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
