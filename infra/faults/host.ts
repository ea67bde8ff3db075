import { startFunctionsHost } from '../local/functions-host/functions-host';

/*
 * A host that is hurt: the local Functions host with the app of a folder, which listens to the hub and takes batches over
 * the IPC channel as well. Forked by the faults kit; ends when the channel closes.
 */

/** A batch of one partition. */
export interface Delivery {
  id: number;
  partition: string;
  events: readonly { sequence: number; enqueued: number; body: string }[];
}

export type HostReport = { type: 'ready'; url: string } | { type: 'delivered'; id: number; failure: string | null };

async function run(root: string): Promise<void> {
  const host = await startFunctionsHost({ root, port: 0 });
  const report = (message: HostReport) => void process.send?.(message);

  async function deliver({ id, partition, events }: Delivery): Promise<void> {
    const given = events.map(({ sequence, enqueued, body }) => ({
      body: Buffer.from(body),
      sequenceNumber: sequence,
      offset: String(sequence),
      enqueuedTimeUtc: new Date(enqueued),
      systemProperties: { 'iothub-connection-device-id': 'gateway', 'iothub-message-source': 'Telemetry' },
    }));
    const failure = await host.deliver('onIoTHubEvents', partition, given).then(
      () => null,
      (error: unknown) => String(error),
    );
    report({ type: 'delivered', id, failure });
  }

  process.on('message', (delivery: Delivery) => void deliver(delivery));
  process.on('SIGTERM', () => void host.stop().then(() => process.exit(0)));
  process.on('disconnect', () => process.exit(1));
  report({ type: 'ready', url: host.url });
}

run(process.argv[2]!).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
