import { message as codec, types } from 'rhea';
import type { EventContext, Message, Receiver, Sender } from 'rhea';
import { demand } from './access';
import type { Access } from './access';
import { long, timestamp } from './amqp-message';
import { respond } from './amqp-server';
import type { AmqpService, Peer } from './amqp-server';
import { amqpError, HubError } from './errors';
import type { EventLog, StoredEvent } from './event-log';
import { startOf } from './selector';

interface EventEndpointOptions {
  eventHubName: string;
  consumerGroups: readonly string[];
  partitions: readonly EventLog[];
  created: Date;
  access: Access;
  now: () => number;
}

/** A link that reads one partition for one consumer group. */
interface Reader {
  /** Owner level; readers without one share the partition. */
  epoch?: number;
  sender: Sender;
}

const management = '$management';
const epochProperty = 'com.microsoft:epoch';
const metricsCapability = 'com.microsoft:enable-receiver-runtime-metric';
const selectorFilter = 'apache.org:selector-filter:string';
const mostReaders = 5;

/** The Event Hubs-compatible endpoint: receivers per partition and consumer group, and `$management`. */
export function createEventEndpoint(options: EventEndpointOptions): AmqpService {
  const { eventHubName, consumerGroups, partitions, created, access, now } = options;
  const readers = new Map<string, Set<Reader>>();
  const answers = new WeakMap<Peer, Map<string, Sender>>();

  function place(address: string): { group: string; partition: EventLog; id: string } | undefined {
    const match = /^\/?([^/]+)\/ConsumerGroups\/([^/]+)\/Partitions\/([^/]+)$/i.exec(address);
    if (!match) return undefined;
    const [, hub = '', group = '', id = ''] = match;
    if (hub.toLowerCase() !== eventHubName.toLowerCase()) throw entityNotFound(hub);
    const known = consumerGroups.find((name) => name.toLowerCase() === group.toLowerCase());
    if (!known) throw entityNotFound(`${hub}/ConsumerGroups/${group}`);
    const partition = /^\d+$/.test(id) ? partitions[Number(id)] : undefined;
    if (!partition) throw new HubError('ArgumentInvalid', `There is no partition ${id}`);
    return { group: known, partition, id };
  }

  function read(address: string, sender: Sender, peer: Peer): boolean {
    const at = place(address);
    if (!at) return false;
    authorize(peer);
    const reader: Reader = { sender, epoch: epochOf(sender) };
    const next = startOf(selectorOf(sender), at.partition);
    const key = `${at.group}/${at.id}`;
    const rivals = readers.get(key) ?? new Set();
    takeOver(rivals, reader);
    readers.set(key, rivals.add(reader));
    const stop = pump(sender, at.partition, next);
    const leave = () => {
      stop();
      rivals.delete(reader);
    };
    sender.on('sender_close', leave);
    sender.on('sender_error', leave);
    peer.onGone(leave);
    return true;
  }

  /** The highest owner level reads alone: it ends all others, and ends at once when it is not the highest. */
  function takeOver(rivals: Set<Reader>, { epoch }: Reader): void {
    const highest = Math.max(-1, ...[...rivals].map((rival) => rival.epoch ?? -1));
    if ((epoch ?? -1) < highest)
      throw new HubError(
        'InvalidOperation',
        `A reader with the higher owner level ${highest} holds the partition`,
        stolen,
      );
    if (epoch === undefined) {
      if (rivals.size >= mostReaders)
        throw new HubError('IotHubQuotaExceeded', `${mostReaders} readers are there already`);
      return;
    }
    for (const rival of rivals) {
      rival.sender.close({ condition: stolen, description: `A reader with owner level ${epoch} took over` });
    }
    rivals.clear();
  }

  function pump(sender: Sender, partition: EventLog, start: number): () => void {
    const metrics = [sender.desired_capabilities ?? []].flat().map(String).includes(metricsCapability);
    let next = start;
    const send = () => {
      try {
        while (sender.is_open() && sender.sendable()) {
          next = Math.max(next, partition.first); // retention may have overtaken the reader
          const event = partition.read(next);
          if (!event) return;
          next++;
          sender.send(metrics ? withMetrics(event, partition) : event.message, undefined, 0);
        }
      } catch (error) {
        sender.close(amqpError(error)); // a damaged file: better no events than some of them
      }
    };
    // Once all that came with the credit is read: the next frame may take the link away.
    sender.on('sendable', () => process.nextTick(send));
    return partition.onStored(send);
  }

  function withMetrics({ message }: StoredEvent, partition: EventLog): Buffer {
    const annotations = {
      last_enqueued_sequence_number: long(partition.last?.sequence ?? -1),
      last_enqueued_offset: String(partition.last?.offset ?? -1),
      last_enqueued_time_utc: timestamp(partition.last?.time ?? 0),
      runtime_info_retrieval_time_utc: timestamp(now()),
    };
    const encoded = codec.encode({ delivery_annotations: annotations, body: null });
    const section = encoded.subarray(0, encoded.length - (bare.length - emptyHeader));
    return Buffer.concat([section, message.subarray(emptyHeader)]);
  }

  function manage(address: string, receiver: Receiver, peer: Peer): boolean {
    if (!isManagement(address)) return false;
    receiver.on('message', ({ delivery, message }: EventContext) => {
      delivery!.accept();
      const sender = answers.get(peer)?.get(String(message!.reply_to));
      try {
        const token: unknown = message!.application_properties?.['security_token'];
        if (typeof token === 'string') demand(access.grantEvents(token), 'ServiceConnect');
        else authorize(peer);
        respond(sender, message!, { status: 200, text: 'OK', body: describe(message!) });
      } catch (error) {
        const { condition, description } = amqpError(error);
        const status = error instanceof HubError ? error.status : 500;
        respond(sender, message!, { status, text: description, condition });
      }
    });
    return true;
  }

  function describe({ application_properties: asked }: Message): Record<string, unknown> {
    if (asked?.['name'] !== eventHubName) throw entityNotFound(String(asked?.['name']));
    const type = String(asked?.['type']);
    if (type === 'com.microsoft:eventhub') {
      return {
        name: eventHubName,
        type,
        created_at: timestamp(created.getTime()),
        partition_count: types.wrap_int(partitions.length),
        partition_ids: types.wrap_array([...partitions.keys()].map(String), string8, undefined),
        georeplication_factor: types.wrap_int(1),
      };
    }
    const id = String(asked?.['partition']);
    const partition = /^\d+$/.test(id) ? partitions[Number(id)] : undefined;
    if (type !== 'com.microsoft:partition' || !partition)
      throw new HubError('ArgumentInvalid', `There is no partition ${id}`);
    return {
      name: eventHubName,
      type,
      partition: id,
      begin_sequence_number: long(partition.first),
      last_enqueued_sequence_number: long(partition.next - 1),
      last_enqueued_offset: String(partition.last?.offset ?? -1),
      last_enqueued_time_utc: timestamp(partition.last?.time ?? 0),
      is_partition_empty: partition.first === partition.next,
    };
  }

  function isManagement(address: string): boolean {
    return address === management || address === `${eventHubName}/${management}`;
  }

  return {
    incoming(address, receiver, peer) {
      if (address === eventHubName || address.startsWith(`${eventHubName}/`)) {
        if (!isManagement(address)) throw new HubError('InvalidOperation', 'Only devices send events to an IoT Hub');
      }
      return manage(address, receiver, peer);
    },
    outgoing(address, sender, peer) {
      if (!isManagement(address)) return read(address, sender, peer);
      const senders = answers.get(peer) ?? new Map<string, Sender>();
      answers.set(peer, senders.set(sender.target?.address ?? sender.name, sender));
      return true;
    },
  };
}

function authorize({ grants }: Peer): void {
  const grant = [...grants.values()].find(({ rights }) => rights.includes('ServiceConnect'));
  demand(grant, 'ServiceConnect');
}

const stolen = 'amqp:link:stolen';

function entityNotFound(what: string): HubError {
  return new HubError('NotFound', `The messaging entity "${what}" could not be found`);
}

// The AMQP type of short strings in an array.
const string8 = 0xa1;
// rhea encodes every message with a header, properties and a body, empty or not. The delivery annotations of an event
// that is encoded already belong right behind its empty header.
const bare = codec.encode({ body: null });
const emptyHeader = bare.indexOf(Buffer.from([0x00, 0x53, 0x73])); // where the properties begin

function epochOf(sender: Sender): number | undefined {
  const value = sender.properties?.[epochProperty] as number | Buffer | null | undefined;
  return value === undefined || value === null ? undefined : Number(value);
}

function selectorOf(sender: Sender): string | undefined {
  const filter: unknown = sender.source?.filter?.[selectorFilter];
  if (filter === undefined || filter === null) return undefined;
  const text: unknown = typeof filter === 'object' && 'value' in filter ? filter.value : filter;
  return typeof text === 'string' ? text : undefined;
}
