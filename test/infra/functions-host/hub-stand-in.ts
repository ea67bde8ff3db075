import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import rhea from 'rhea';
import type { Connection, Message, Sender } from 'rhea';

interface StoredEvent {
  body: string;
  properties: Record<string, string>;
  enqueued: Date;
}

interface Reader {
  link: Sender;
  partition: string;
  group: string;
  next: number;
  epoch: number | undefined;
}

/** As much of an event hub as a consumer asks for: `$cbs`, `$management`, partitions that are read from an offset. */
export interface HubStandIn {
  connectionString: string;
  append(partition: number, bodies: string[], properties?: Record<string, string>): void;
  /** Cuts every connection without a word, as a broken network does. */
  dropConnections(): void;
  /** Drops every connection, and each new one until the returned function is called. */
  goAway(): () => void;
  close(): Promise<void>;
}

export async function startHubStandIn(partitionCount: number): Promise<HubStandIn> {
  const container = rhea.create_container();
  const partitions: StoredEvent[][] = Array.from({ length: partitionCount }, () => []);
  let readers: Reader[] = [];
  const replies = new Map<string, Sender>();
  let isAway = false;
  const sockets = new Set<{ destroy(): void }>();

  function pump(reader: Reader): void {
    const events = partitions[Number(reader.partition)]!;
    while (reader.link.sendable() && reader.next < events.length) {
      const index = reader.next++;
      const { body, properties, enqueued } = events[index]!;
      reader.link.send({
        body: rhea.message.data_section(Buffer.from(body)),
        application_properties: properties,
        message_annotations: {
          'x-opt-sequence-number': index,
          'x-opt-offset': String(index * 100),
          'x-opt-enqueued-time': rhea.types.wrap_timestamp(enqueued.getTime()),
          'iothub-connection-device-id': 'device-1',
          'iothub-enqueuedtime': rhea.types.wrap_timestamp(enqueued.getTime()),
        },
      });
    }
  }

  // No heartbeats: rhea goes on with them for a connection that was cut, and they would keep the process alive.
  container.on('connection_open', ({ connection }: { connection: Connection }) => {
    const { open } = (connection as unknown as { remote: { open: { idle_time_out: number } } }).remote;
    open.idle_time_out = 0;
  });
  container.on('sender_open', ({ sender }: { sender: Sender }) => {
    const address = sender.source.address;
    sender.set_source({ address });
    if (address.startsWith('$')) {
      // `$cbs` replies go to the link of that name, `$management` replies to the link with that target.
      replies.set(sender.name, sender);
      if (sender.target?.address) replies.set(sender.target.address, sender);
      return;
    }
    const [, group, partition] = /ConsumerGroups\/([^/]+)\/Partitions\/(\d+)/i.exec(address)!;
    const epoch = sender.properties?.['com.microsoft:epoch'] as number | undefined;
    for (const other of readers.filter((reader) => reader.group === group && reader.partition === partition)) {
      other.link.close({ condition: 'amqp:link:stolen', description: `New receiver with epoch ${epoch} took over` });
    }
    readers = readers.filter((reader) => !(reader.group === group && reader.partition === partition));
    const reader = { link: sender, partition: partition!, group: group!, next: firstIndex(sender), epoch };
    readers.push(reader);
  });
  container.on('sendable', ({ sender }: { sender: Sender }) => {
    const reader = readers.find(({ link }) => link === sender);
    if (reader) pump(reader);
  });
  container.on('sender_close', ({ sender }: { sender: Sender }) => {
    readers = readers.filter(({ link }) => link !== sender);
  });
  container.on('message', ({ message }: { message: Message }) => {
    const asked = message.application_properties as { operation: string; type: string } | undefined;
    const isHub = asked?.type === 'com.microsoft:eventhub';
    const ids = partitions.map((_, index) => String(index));
    replies.get(String(message.reply_to))?.send({
      correlation_id: message.message_id,
      application_properties: { 'status-code': 200, 'status-description': 'OK' },
      body: isHub ? { name: 'hub', partition_count: ids.length, partition_ids: ids, created_at: new Date(0) } : '',
    });
  });
  for (const ended of ['disconnected', 'connection_close', 'connection_error', 'error', 'protocol_error']) {
    container.on(ended, () => undefined);
  }
  container.on('disconnected', ({ connection }: { connection: Connection }) => {
    readers = readers.filter(({ link }) => link.connection !== connection);
  });

  const server = container.listen({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket: { destroy(): void; on(name: string, done: () => void): void }) => {
    if (isAway) return socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function dropConnections(): void {
    readers = [];
    for (const socket of sockets) socket.destroy();
  }

  return {
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true`,
    append: (partition, bodies, properties = {}) => {
      partitions[partition]!.push(...bodies.map((body) => ({ body, properties, enqueued: new Date() })));
      readers.filter((reader) => reader.partition === String(partition)).forEach(pump);
    },
    dropConnections,
    goAway: () => {
      isAway = true;
      dropConnections();
      return () => {
        isAway = false;
      };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function firstIndex(sender: Sender): number {
  const filter = sender.source.filter as Record<string, { value: string }> | undefined;
  const text = filter?.['apache.org:selector-filter:string']?.value ?? '';
  const [, name, operator, value] = /x-opt-(offset|sequence-number|enqueued-time) (>=?) '([^']*)'/.exec(text) ?? [];
  if (name === 'sequence-number') return Number(value) + (operator === '>' ? 1 : 0);
  if (name !== 'offset' || value === '-1') return 0;
  return value === '@latest' ? Infinity : Number(value) / 100 + (operator === '>' ? 1 : 0);
}
