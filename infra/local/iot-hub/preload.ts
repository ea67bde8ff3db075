import type { IotHubPorts } from './listening';

interface PreloadOptions {
  hostName: string;
  ports: IotHubPorts;
  /** The certificate of our authority, PEM. */
  authority: string;
}

/**
 * The text of a CommonJS file that leads this process's connections for the host to the emulator: TCP connections to
 * its three well-known ports go to the local ones, and TLS to it trusts our authority. Host names are still checked,
 * nothing is asked of DNS, and no other connection is touched. The file stands alone, so it works from anywhere.
 */
export function preloadFile({ hostName, ports, authority }: PreloadOptions): string {
  const local = { 443: ports.https, 8883: ports.mqtt, 5671: ports.amqps };
  return `// Written by the local IoT Hub emulator: load it with "node --require" before the IoT SDKs connect.
'use strict';
const net = require('node:net');
const tls = require('node:tls');

// One table for the whole process, however often files like this one are loaded.
const key = Symbol.for('local IoT Hub emulators');
const hubs = (net[key] ??= install(new Map()));
hubs.set(${JSON.stringify(hostName.toLowerCase())}, ${JSON.stringify({ ports: local, authority })});

function install(table) {
  const find = (options) => {
    const hub = typeof options?.host === 'string' ? table.get(options.host.toLowerCase()) : undefined;
    const port = hub?.ports[Number(options.port)];
    return port === undefined ? undefined : { port, authority: hub.authority };
  };

  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...given) {
    const [options, callback] = readArguments(given);
    const hub = find(options);
    return hub ? connect.call(this, { ...options, host: '127.0.0.1', port: hub.port }, callback) : connect.apply(this, given);
  };

  const { connect: connectTls } = tls;
  tls.connect = function (...given) {
    const [options, callback] = readArguments(given);
    const hub = options?.socket ? undefined : find(options);
    if (!hub) return connectTls.apply(this, given);
    return connectTls.call(this, { ...options, ca: [].concat(options.ca ?? [], hub.authority) }, callback);
  };
  require('node:module').syncBuiltinESMExports(); // for whoever imports "connect" by its name
  return table;
}

/** (options, callback), (port, host, options, callback) or what net passes on inside, which is an array of the former. */
function readArguments(given) {
  if (Array.isArray(given[0])) return given[0];
  const callback = given.findLast((value) => typeof value === 'function');
  if (typeof given[0] === 'object') return [given[0], callback];
  const more = given.find((value) => typeof value === 'object' && value !== null);
  const host = typeof given[1] === 'string' ? { host: given[1] } : undefined;
  return [{ ...more, port: given[0], ...host }, callback];
}
`;
}
