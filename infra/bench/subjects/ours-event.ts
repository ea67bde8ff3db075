import { resolve } from 'node:path';
import { startFunctionsHost } from '../../local/functions-host/functions-host';
import type { FunctionsHost } from '../../local/functions-host/functions-host';
import { deviceIdOf, tokenOf } from '../workload';
import type { BenchAlert } from '../workload';
import { service, settingsFor } from './service';
import { lanes } from './subject';
import type { Subject, Surroundings, Work } from './subject';
import { ownUsage } from './usage';

/** From dist/infra/bench/subjects to the folder with package.json, host.json and the compiled app. */
export const root = resolve(__dirname, '..', '..', '..', '..');

/** The app in the local Functions host, in this process: from the host's event dispatch to durable rows. */
export async function oursByEvents(surroundings: Surroundings): Promise<Subject> {
  const host = await startFunctionsHost({ root, port: 0, settings: settingsFor(surroundings), log: () => {} });
  const { createDevices, tickets } = service(host.url, surroundings.storageConnectionString);
  await createDevices(surroundings.devices);
  const sequences = Array.from({ length: lanes }, () => 0);
  return {
    prepare: (alerts, batch) => {
      const partitions: Work[][] = Array.from({ length: lanes }, () => []);
      const open = partitions.map((): BenchAlert[] => []);
      const flush = (lane: number) => {
        if (open[lane]!.length === 0) return;
        partitions[lane]!.push(delivery(host, lane, open[lane]!, sequences[lane]!));
        sequences[lane]! += open[lane]!.length;
        open[lane] = [];
      };
      for (const alert of alerts) {
        // As in a hub, a device's events are all in one partition.
        const lane = alert.device % lanes;
        if (open[lane]!.push(alert) === batch) flush(lane);
      }
      open.forEach((_, lane) => flush(lane));
      return partitions;
    },
    usage: ownUsage,
    tickets,
    close: () => host.stop(),
  };
}

/** One batch of one partition. The bodies wait in one buffer, so that they weigh little until they are wanted. */
function delivery(host: FunctionsHost, lane: number, alerts: readonly BenchAlert[], first: number): Work {
  const texts = alerts.map(bodyOf);
  const bytes = Buffer.from(texts.join(''));
  const ends = new Uint32Array(texts.length);
  texts.reduce((sum, text, i) => (ends[i] = sum + text.length), 0);
  const devices = new Uint32Array(alerts.map(({ device }) => device));
  const run = async () => {
    const enqueuedTimeUtc = new Date();
    const events = Array.from(ends, (end, i) => ({
      body: bytes.subarray(i === 0 ? 0 : ends[i - 1], end),
      sequenceNumber: first + i,
      offset: String(first + i),
      enqueuedTimeUtc,
      systemProperties: {
        'iothub-connection-device-id': deviceIdOf(devices[i]!),
        'iothub-message-source': 'Telemetry',
      },
    }));
    await host.deliver('onIoTHubEvents', String(lane), events);
  };
  return { alerts: alerts.length, run };
}

/** An alert record as a rule engine sends it. */
export function bodyOf({ device, kind, reading, index, time }: BenchAlert): string {
  return JSON.stringify({
    deviceid: deviceIdOf(device),
    readingtype: 'Temperature',
    reading,
    eventtoken: tokenOf(index),
    threshold: 70,
    alerttype: kind,
    time: new Date(time).toISOString(),
  });
}
