import type { TLSSocket } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import type { IConnectPacket, Packet } from 'mqtt-packet';
import type { Access, Grant } from './access';
import { HubError } from './errors';
import { openSession } from './mqtt-session';
import type { MqttSession, MqttSessionOptions } from './mqtt-session';

interface MqttDevicesOptions extends MqttSessionOptions {
  hostName: string;
  access: Access;
}

const badProtocol = 1;
const badIdentifier = 2;
const notAuthorized = 5;

/** Devices that speak MQTT 3.1.1. IoT Hub is no broker: the topics are fixed and nothing reaches another client. */
export function createMqttDevices(options: MqttDevicesOptions): (socket: TLSSocket) => void {
  return (socket) => {
    const input = parser();
    let session: MqttSession | undefined;

    const refuse = (returnCode: number) => {
      socket.end(generate({ cmd: 'connack', returnCode, sessionPresent: false }));
    };

    function connect(packet: IConnectPacket): void {
      if (packet.protocolVersion !== 4) return refuse(badProtocol);
      if (packet.clientId.includes('/')) return refuse(badIdentifier); // a module
      try {
        const grant = admit(options, packet);
        session = openSession(options, socket, packet, grant);
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        options.log(`MQTT: ${packet.clientId} is refused: ${error.message}`);
        refuse(notAuthorized);
      }
    }

    function received(packet: Packet): void {
      if (packet.cmd === 'connect' && !session) connect(packet);
      else if (session) session.received(packet);
      else socket.destroy();
    }

    input.on('packet', (packet) => {
      try {
        if (!socket.destroyed) received(packet);
      } catch (error) {
        options.log(`MQTT: a connection is cut: ${error instanceof Error ? error.message : String(error)}`);
        socket.destroy();
      }
    });
    input.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.setTimeout(30_000, () => socket.destroy()); // until it has connected
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => input.parse(bytes));
    socket.on('close', () => session?.closed());
  };
}

/** User name `{host}/{device}/?api-version=..`, password a token for that device. */
function admit({ hostName, access }: MqttDevicesOptions, packet: IConnectPacket): Grant {
  const [host, deviceId] = (packet.username ?? '').split('/');
  if (host?.toLowerCase() !== hostName.toLowerCase() || deviceId !== packet.clientId) {
    throw new HubError('IotHubUnauthorizedAccess', 'the user name does not fit the client id or the hub');
  }
  return access.admitDevice(packet.password?.toString('utf8') ?? '', deviceId);
}
