import type { TLSSocket } from 'node:tls';
import { generate } from 'mqtt-packet';
import type { IConnectPacket, IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import type { Grant } from './access';
import { atTime } from './at-time';
import type { CloudToDevice } from './cloud-to-device';
import type { Connections, DeviceLink, Interest } from './connections';
import type { DeviceTwins } from './device-twins';
import { HubError } from './errors';
import type { Json } from './json';
import type { Delivery, Message } from './messages';
import type { Methods } from './methods';
import { interestIn, split } from './mqtt-topics';
import { readBag, writeBag } from './property-bag';
import type { Telemetry } from './telemetry';

export interface MqttSessionOptions {
  connections: Connections;
  telemetry: Telemetry;
  commands: CloudToDevice;
  methods: Methods;
  twins: DeviceTwins;
  log: (line: string) => void;
}

/** One device's MQTT connection, from the moment it was let in. */
export interface MqttSession {
  /** Throws when the device breaks the rules; the connection has to be cut then. */
  received(packet: Packet): void;
  closed(): void;
}

const accepted = 0;
const failedSubscription = 0x80;

/** Opens the session: greets the device and makes it reachable. */
export function openSession(
  options: MqttSessionOptions,
  socket: TLSSocket,
  connected: IConnectPacket,
  grant: Grant,
): MqttSession {
  const { connections, telemetry, commands, methods, twins } = options;
  const deviceId = connected.clientId;
  const interests = new Set<Interest>();
  const unacknowledged = new Map<number, string>();
  const topics = new Map<string, number>();
  let lastMessageId = 0;
  let saidGoodbye = false;
  const stopExpiry = atTime(grant.expires, () => socket.destroy());

  const write = (packet: Packet) => {
    if (socket.writable) socket.write(generate(packet));
  };
  const publish = (topic: string, payload: Buffer | string, qos: 0 | 1 = 0, messageId?: number) =>
    write({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId });

  const link: DeviceLink = {
    deviceId,
    interests,
    deliver({ message, lockToken }: Delivery) {
      const topic = `devices/${deviceId}/messages/devicebound/${writeBag(message, commandPath(deviceId))}`;
      if (topics.get('messages') === 1) {
        const messageId = nextMessageId();
        unacknowledged.set(messageId, lockToken);
        publish(topic, message.body, 1, messageId);
      } else {
        publish(topic, message.body);
        setImmediate(() => settle(lockToken)); // nobody will acknowledge it
      }
    },
    call: (requestId, name, payload) =>
      publish(`$iothub/methods/POST/${encodeURIComponent(name)}/?$rid=${requestId}`, payload),
    desire: (patch) =>
      publish(
        `$iothub/twin/PATCH/properties/desired/?$version=${JSON.stringify(patch['$version'])}`,
        JSON.stringify(patch),
      ),
    cut(why) {
      options.log(`MQTT: ${deviceId} is cut: ${why}`);
      saidGoodbye = true;
      socket.destroy();
    },
  };

  function nextMessageId(): number {
    do lastMessageId = (lastMessageId % 0xffff) + 1;
    while (unacknowledged.has(lastMessageId));
    return lastMessageId;
  }

  /** A message may have expired between its delivery and its acknowledgement. */
  function settle(lockToken: string): void {
    try {
      commands.settle(deviceId, lockToken, 'complete');
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
    }
  }

  function published(packet: IPublishPacket): void {
    if (packet.qos === 2) throw new HubError('InvalidOperation', `${deviceId} published with QoS 2`);
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const acknowledge = () => {
      if (packet.qos === 1) write({ cmd: 'puback', messageId: packet.messageId });
    };
    const events = `devices/${deviceId}/messages/events`;
    const { topic } = packet;
    if (topic === events || topic.startsWith(`${events}/`)) {
      const message = eventOf(topic.slice(events.length + 1), payload, packet.retain);
      telemetry.accept(deviceId, message, acknowledge);
      return;
    }
    acknowledge();
    if (topic.startsWith('$iothub/twin/')) twin(topic.slice('$iothub/twin/'.length), payload);
    else if (topic.startsWith('$iothub/methods/res/')) answer(topic.slice('$iothub/methods/res/'.length), payload);
    else throw new HubError('InvalidOperation', `${deviceId} published to ${topic}`);
  }

  function twin(rest: string, payload: Buffer): void {
    const { path, fields } = split(rest);
    const requestId = fields.get('$rid') ?? '';
    const reply = (status: number, body: Json | undefined, version?: number) => {
      const suffix = version === undefined ? '' : `&$version=${version}`;
      publish(`$iothub/twin/res/${status}/?$rid=${requestId}${suffix}`, body === undefined ? '' : JSON.stringify(body));
    };
    try {
      if (path === 'GET/') reply(200, twins.read(deviceId));
      else if (path === 'PATCH/properties/reported/') reply(204, undefined, twins.report(deviceId, payload));
      else throw new HubError('ArgumentInvalid', `There is nothing at ${path}`);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      reply(error.status, { errorCode: error.status * 1000, message: error.message });
    }
  }

  function answer(rest: string, payload: Buffer): void {
    const { path, fields } = split(rest);
    methods.answer(link, fields.get('$rid') ?? '', Number(path.replace(/\/$/, '')), payload);
  }

  function subscribed({ messageId, subscriptions }: ISubscribePacket): void {
    const granted = subscriptions.map(({ topic, qos }) => {
      const interest = interestIn(deviceId, topic);
      if (interest === undefined) return failedSubscription;
      const level = qos > 1 ? 1 : qos;
      if (interest !== 'responses') {
        interests.add(interest);
        topics.set(interest, level);
      }
      return level;
    });
    write({ cmd: 'suback', messageId, granted });
    connections.ready(link);
    commands.pump(deviceId);
  }

  function unsubscribed(messageId: number | undefined, list: string[]): void {
    for (const topic of list) {
      const interest = interestIn(deviceId, topic);
      if (interest && interest !== 'responses') interests.delete(interest);
    }
    write({ cmd: 'unsuback', messageId, granted: [] });
  }

  function acknowledged(messageId = 0): void {
    const lockToken = unacknowledged.get(messageId);
    unacknowledged.delete(messageId);
    if (lockToken !== undefined) settle(lockToken);
  }

  function received(packet: Packet): void {
    if (packet.cmd === 'publish') published(packet);
    else if (packet.cmd === 'puback') acknowledged(packet.messageId);
    else if (packet.cmd === 'subscribe') subscribed(packet);
    else if (packet.cmd === 'unsubscribe') unsubscribed(packet.messageId, packet.unsubscriptions);
    else if (packet.cmd === 'pingreq') write({ cmd: 'pingresp' });
    else if (packet.cmd === 'disconnect') {
      saidGoodbye = true;
      socket.end();
    } else throw new HubError('InvalidOperation', `${deviceId} sent ${packet.cmd}`);
  }

  /** The will is an event like any other, sent for a device that went without a word. */
  function sendWill(): void {
    const { will } = connected;
    const events = `devices/${deviceId}/messages/events/`;
    if (!will?.topic.startsWith(events)) return;
    const message = eventOf(will.topic.slice(events.length), Buffer.from(will.payload), false);
    message.properties['iothub-MessageType'] = 'Will';
    telemetry.accept(deviceId, message, () => {});
  }

  const keepAlive = (connected.keepalive ?? 0) * 1500;
  socket.setTimeout(keepAlive);
  connections.open(link);
  write({ cmd: 'connack', returnCode: accepted, sessionPresent: false });

  return {
    received,
    closed() {
      stopExpiry();
      connections.closed(link);
      if (!saidGoodbye) sendWill();
    },
  };
}

function commandPath(deviceId: string): string {
  return `/devices/${deviceId}/messages/devicebound`;
}

function eventOf(bag: string, body: Buffer, retain: boolean): Message {
  const message = readBag(bag, body);
  if (retain) message.properties['mqtt-retain'] = 'true';
  return message;
}
