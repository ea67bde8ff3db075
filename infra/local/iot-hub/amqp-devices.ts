import type { Delivery as AmqpDelivery, EventContext, Receiver, Sender } from 'rhea';
import { refused } from './access';
import { bodyOf, data, fromAmqp, idText, int, toAmqp } from './amqp-message';
import type { AmqpService, Peer } from './amqp-server';
import type { CloudToDevice } from './cloud-to-device';
import type { Connections, DeviceLink, Interest } from './connections';
import type { DeviceTwins } from './device-twins';
import { amqpError, HubError } from './errors';
import type { Delivery } from './messages';
import type { Methods } from './methods';
import type { DeviceRecord } from './registry';
import type { Telemetry } from './telemetry';

interface AmqpDevicesOptions {
  device: (deviceId: string) => DeviceRecord | undefined;
  connections: Connections;
  telemetry: Telemetry;
  commands: CloudToDevice;
  methods: Methods;
  twins: DeviceTwins;
  log: (line: string) => void;
}

const address = /^\/?devices\/([^/]+)\/(messages\/events|messages\/devicebound|methods\/devicebound|twin)\/?$/i;

/** Devices that speak AMQP. One connection may carry several of them. */
export function createAmqpDevices(options: AmqpDevicesOptions): AmqpService {
  const known = new WeakMap<Peer, Map<string, ReturnType<typeof openDevice>>>();

  function deviceOf(peer: Peer, deviceId: string) {
    const devices = known.get(peer) ?? new Map<string, ReturnType<typeof openDevice>>();
    known.set(peer, devices);
    const open = devices.get(deviceId);
    if (open) return open;
    const opened = openDevice(options, peer, deviceId);
    devices.set(deviceId, opened);
    return opened;
  }

  /** The device at an address, if it is one of ours and the connection may speak for it. */
  function find(target: string, peer: Peer) {
    const match = address.exec(target);
    if (!match) return undefined;
    const deviceId = match[1]!;
    const may = [...peer.grants.values()].some(
      (grant) => grant.rights.includes('DeviceConnect') && (grant.deviceId ?? deviceId) === deviceId,
    );
    if (!may) throw refused(`no token lets ${deviceId} in`);
    admit(deviceId);
    return { device: deviceOf(peer, deviceId), box: match[2]!.toLowerCase() };
  }

  function admit(deviceId: string): void {
    const record = options.device(deviceId);
    if (!record) throw refused(`${deviceId} is not registered`);
    if (record.status === 'disabled') throw refused(`${deviceId} is disabled`);
  }

  return {
    granted(grant, peer) {
      if (grant.deviceId === undefined) return;
      admit(grant.deviceId);
      deviceOf(peer, grant.deviceId);
    },
    incoming(target, receiver, peer) {
      const found = find(target, peer);
      return found?.device.incoming(found.box, receiver) ?? false;
    },
    outgoing(target, sender, peer) {
      const found = find(target, peer);
      return found?.device.outgoing(found.box, sender) ?? false;
    },
  };
}

function openDevice(options: AmqpDevicesOptions, peer: Peer, deviceId: string) {
  const { connections, telemetry, commands, methods, twins, log } = options;
  const interests = new Set<Interest>();
  const senders: { messages?: Sender; methods?: Sender; twin?: Sender } = {};
  const outbox: Delivery[] = [];
  const unsettled = new Map<AmqpDelivery, string>();

  const link: DeviceLink = {
    deviceId,
    interests,
    deliver(delivery) {
      outbox.push(delivery);
      flush();
    },
    call(requestId, name, payload) {
      senders.methods?.send({
        correlation_id: requestId,
        application_properties: { 'IoThub-methodname': name },
        body: data(payload),
      });
    },
    desire(patch) {
      senders.twin?.send({
        message_annotations: { resource: '/properties/desired' },
        body: data(JSON.stringify(patch)),
      });
    },
    cut(why) {
      log(`AMQP: ${deviceId} is cut: ${why}`);
      peer.close();
    },
  };

  /** Only what the device has credit for: a message without credit would hold up its whole session. */
  function flush(): void {
    const sender = senders.messages;
    while (sender?.is_open() && sender.sendable() && outbox.length > 0) {
      const { message, lockToken, sequence, deliveryCount, enqueued } = outbox.shift()!;
      const sent = sender.send({
        ...toAmqp({ ...message, to: `/devices/${deviceId}/messages/devicebound` }),
        delivery_count: deliveryCount,
        message_annotations: {
          'x-opt-sequence-number': sequence,
          'x-opt-enqueued-time': new Date(enqueued),
          'x-opt-lock-token': lockToken,
        },
      });
      unsettled.set(sent, lockToken);
    }
  }

  function settle(delivery: AmqpDelivery, how: 'complete' | 'reject' | 'abandon'): void {
    const lockToken = unsettled.get(delivery);
    if (lockToken === undefined) return;
    unsettled.delete(delivery);
    try {
      commands.settle(deviceId, lockToken, how);
    } catch (error) {
      if (!(error instanceof HubError)) throw error; // else: it expired in the device's hands
    }
  }

  function events({ delivery, message }: EventContext): void {
    try {
      telemetry.accept(deviceId, fromAmqp(message!), () => delivery!.accept());
    } catch (error) {
      delivery!.reject(amqpError(error));
    }
  }

  function answer({ delivery, message }: EventContext): void {
    delivery!.accept();
    const status = Number(message!.application_properties?.['IoThub-status']);
    methods.answer(link, idText(message!.correlation_id) ?? '', status, bodyOf(message!));
  }

  function twin({ delivery, message }: EventContext): void {
    delivery!.accept();
    const { operation, resource } = message!.message_annotations ?? {};
    const reply = (status: number, body?: unknown, version?: number) =>
      senders.twin?.send({
        correlation_id: message!.correlation_id,
        message_annotations: { status: int(status), ...(version !== undefined && { version: int(version) }) },
        body: data(body === undefined ? '' : JSON.stringify(body)),
      });
    try {
      switch (`${String(operation)} ${String(resource ?? '')}`.trim()) {
        case 'GET':
          return void reply(200, twins.read(deviceId));
        case 'PATCH /properties/reported':
          return void reply(200, undefined, twins.report(deviceId, bodyOf(message!)));
        case 'PUT /notifications/twin/properties/desired':
          interests.add('desired');
          return void reply(200);
        case 'DELETE /notifications/twin/properties/desired':
          interests.delete('desired');
          return void reply(200);
        default:
          throw new HubError('ArgumentInvalid', 'This twin operation is not known');
      }
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      reply(error.status, error.message);
    }
  }

  function listen(name: 'messages' | 'methods' | 'twin', sender: Sender): true {
    senders[name] = sender;
    sender.on('sender_close', () => {
      if (senders[name] !== sender) return;
      senders[name] = undefined;
      interests.delete(name === 'twin' ? 'desired' : name);
    });
    if (name === 'twin') return true;
    interests.add(name);
    connections.ready(link);
    return true;
  }

  function listenToMessages(sender: Sender): true {
    sender.on('sendable', () => process.nextTick(flush));
    sender.on('accepted', ({ delivery }: EventContext) => settle(delivery!, 'complete'));
    sender.on('rejected', ({ delivery }: EventContext) => settle(delivery!, 'reject'));
    sender.on('released', ({ delivery }: EventContext) => settle(delivery!, 'abandon'));
    listen('messages', sender);
    setImmediate(() => commands.pump(deviceId)); // once the link is open
    sender.on('sender_close', () => {
      outbox.length = 0;
      unsettled.clear();
      commands.released(link);
    });
    return true;
  }

  connections.open(link);
  peer.onGone(() => connections.closed(link));

  return {
    incoming(box: string, receiver: Receiver): boolean {
      const handlers: Record<string, (context: EventContext) => void> = {
        'messages/events': events,
        'methods/devicebound': answer,
        twin,
      };
      const handler = handlers[box];
      if (!handler) return false;
      receiver.on('message', handler);
      return true;
    },
    outgoing(box: string, sender: Sender): boolean {
      if (box === 'messages/devicebound') return listenToMessages(sender);
      if (box === 'methods/devicebound') return listen('methods', sender);
      return box === 'twin' && listen('twin', sender);
    },
  };
}
