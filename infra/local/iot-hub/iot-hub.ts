import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { createAccess, policies } from './access';
import type { PolicyKeys } from './access';
import { createAmqpDevices } from './amqp-devices';
import { createAmqpServer } from './amqp-server';
import { createBackEnds } from './amqp-service';
import { makeAuthority, makeServerCertificate } from './certificates';
import type { Certificate } from './certificates';
import { keep, lockFolder, prepareFolder, newKey, writeWhole } from './data-folder';
import { createDeviceTwins } from './device-twins';
import { createDocuments } from './documents';
import { createEventEndpoint } from './event-endpoint';
import { serve } from './http';
import { createHttpsDevices } from './https-devices';
import { closeServer, listenAll } from './listening';
import type { IotHubPorts } from './listening';
import { createMethods } from './methods';
import { createMqttDevices } from './mqtt-devices';
import { preloadFile } from './preload';
import { createRestApi, unknownPath } from './rest';
import { createRestCalls } from './rest-calls';
import { openState } from './state';

export type { IotHubPorts } from './listening';

export interface IotHubOptions {
  /** Folder that holds everything: keys, certificates, devices, messages and events. */
  data: string;
  /** The name clients connect to; it never has to resolve. */
  hostName?: string;
  /** Name of the Event Hubs-compatible endpoint. */
  eventHubName?: string;
  partitions?: number;
  /** Whether changes of twins, identities and connections come as events, as with routes to the endpoint; default no. */
  routes?: boolean;
  consumerGroups?: string[];
  /** A port that is given must be free; the others are those used last time, or free ones. */
  ports?: Partial<IotHubPorts>;
  /** Identity operations beyond this number within a minute are answered with 429; none are when it is left out. */
  registryOperationsPerMinute?: number;
  log?: (line: string) => void;
}

/** A running hub. */
export interface IotHub {
  hostName: string;
  /** Policy iothubowner, as a back end's setting holds it. */
  iotHubConnectionString: string;
  /** Of the Event Hubs-compatible endpoint; plain AMQP, so it needs neither preload nor certificate. */
  eventHubConnectionString: string;
  eventHubName: string;
  /** The certificate authority clients have to trust, PEM. */
  caFile: string;
  /** A file for `node --require`: it leads the SDKs' connections for the host name here. */
  preload: string;
  ports: IotHubPorts;
  /** How often each operation of the REST API was asked for since the start, e.g. `POST /devices`. */
  restCalls(): Record<string, number>;
  /** Cuts all clients and writes what is left to write. */
  stop(): Promise<void>;
}

/** Starts a hub on loopback. Everything it was told in earlier runs with the same data folder is there again. */
export async function startIotHub(options: IotHubOptions): Promise<IotHub> {
  const { hostName = 'local.azure-devices.net', eventHubName = 'local' } = options;
  const log = options.log ?? (() => {});
  const folder = prepareFolder(options.data);
  const unlock = await lockFolder(folder);
  try {
    return await start({ ...options, hostName, eventHubName, log }, folder, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

type Started = IotHubOptions & Required<Pick<IotHubOptions, 'hostName' | 'eventHubName' | 'log'>>;

async function start(options: Started, folder: string, unlock: () => Promise<void>): Promise<IotHub> {
  const { hostName, eventHubName, log } = options;
  const { created, keys } = identity(folder);
  const { authority, server } = certificates(folder, hostName);
  const hubName = hostName.split('.')[0]!;
  const state = openState(folder, { hubName, routes: options.routes ?? false, partitions: options.partitions });
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };

  const { registry, connections, telemetry, commands, feedback, partitions } = state;
  const access = createAccess({ hostName, eventHubName, keys, device: registry.get, now: Date.now });
  const methods = createMethods(connections);
  const twins = createDeviceTwins(registry, now);
  const documents = createDocuments({ connections, commands });
  const calls = createRestCalls(options.registryOperationsPerMinute, Date.now);
  const rest = createRestApi({ access, registry, documents, connections, commands, methods, calls, now });
  const httpsDevices = createHttpsDevices({ access, telemetry, commands });
  const devices = { hostName, access, device: registry.get, connections, telemetry, commands, methods, twins, log };
  const events = createEventEndpoint({
    eventHubName,
    consumerGroups: options.consumerGroups ?? ['$Default', 'connected-customer-service'],
    partitions,
    created: new Date(created),
    access,
    now: Date.now,
  });
  const amqp = createAmqpServer({
    name: hostName,
    grant: (token) => (isForEvents(token) ? access.grantEvents(token) : access.grant(token)),
    services: [createBackEnds({ commands, feedback, log }), createAmqpDevices(devices), events],
    log,
  });
  const plainAmqp = createAmqpServer({ name: eventHubName, grant: access.grantEvents, services: [events], log });

  const tls = { cert: server.certificate + authority.certificate, key: server.key };
  const servers: Record<keyof IotHubPorts, Server> = {
    https: createHttpsServer(
      { ...tls, keepAliveTimeout: 60_000 },
      serve((request) => httpsDevices(request) ?? rest(request) ?? unknownPath(request), log),
    ),
    mqtt: createTlsServer(tls, createMqttDevices(devices)),
    amqps: createTlsServer(tls, amqp),
    amqp: createServer(plainAmqp),
  };

  let stopped: Promise<void> | undefined;
  async function shutDown(): Promise<void> {
    state.stopNotices();
    await Promise.all(Object.values(servers).map((one) => closeServer(one, sockets)));
    state.close();
    await unlock();
  }

  for (const one of Object.values(servers)) {
    one.on('connection', track);
    one.on('tlsClientError', () => {}); // a client that does not trust us, or none at all
  }
  try {
    const ports = await listenAll(servers, options.ports ?? {}, folder);
    const files = { caFile: join(folder, 'ca.pem'), preload: join(folder, 'preload.cjs') };
    writeWhole(files.caFile, authority.certificate);
    writeWhole(files.preload, preloadFile({ hostName, ports, authority: authority.certificate }));
    return {
      hostName,
      eventHubName,
      ...files,
      ports,
      iotHubConnectionString: `HostName=${hostName};SharedAccessKeyName=iothubowner;SharedAccessKey=${keys.iothubowner}`,
      eventHubConnectionString:
        `Endpoint=sb://localhost:${ports.amqp}/;SharedAccessKeyName=service;SharedAccessKey=${keys.service};` +
        `EntityPath=${eventHubName};UseDevelopmentEmulator=true`,
      restCalls: calls.counts,
      stop: () => (stopped ??= shutDown()),
    };
  } catch (error) {
    await shutDown();
    throw error;
  }
}

function identity(folder: string): { created: string; keys: PolicyKeys } {
  return keep(folder, 'keys.json', () => ({
    created: new Date().toISOString(),
    keys: Object.fromEntries(Object.keys(policies).map((name) => [name, newKey()])) as PolicyKeys,
  }));
}

function certificates(folder: string, hostName: string): { authority: Certificate; server: Certificate } {
  const authority = keep(folder, 'authority.json', () => makeAuthority(new Date()));
  const name = `server-${encodeURIComponent(hostName)}.json`;
  return { authority, server: keep(folder, name, () => makeServerCertificate(hostName, authority, new Date())) };
}

function isForEvents(token: string): boolean {
  return /[ &]sr=(sb|amqps?)(%3a|:)/i.test(token);
}

function now(): Date {
  return new Date();
}
