import { join } from 'node:path';
import type { IotHubReady } from '../local/stack/parts';
import type { Supervisor } from '../local/stack/supervisor';
import { alertsPerCase } from './pressure';
import type { Pressure } from './pressure';
import type { Row } from './report';
import type { SenderOptions, SenderReport } from './sender';
import { service } from './subjects/service';
import { usageOf } from './subjects/usage';
import { watchCases } from './watch-cases';
import { onWholeSystem } from './whole-system';
import type { WholeSystem } from './whole-system';

/**
 * The time from a device's MQTT publish to the answer of the Web API that shows the case: whole system, each part in a
 * process of its own. The cases are asked for without pause, so a request's own time is part of the figure.
 */
export async function measureLatency(pressure: Pressure): Promise<Row> {
  return onWholeSystem((system) => measureOn(system, pressure));
}

async function measureOn(
  { host, storageConnectionString, hub, supervisor }: WholeSystem,
  pressure: Pressure,
): Promise<Row> {
  const cases = Math.ceil((pressure.alertsPerSecond * pressure.seconds) / alertsPerCase);
  await service(host.url, storageConnectionString).createDevices(cases);
  const sending = await startSender(hub, supervisor, pressure);
  const before = usageOf(host.pid);
  const started = performance.now();
  sending.start();
  const seen = await watchCases(host.url, cases, sending.isDone);
  const rate = (cases * alertsPerCase) / ((performance.now() - started) / 1000);
  const after = usageOf(host.pid);
  const times = [...seen].map(([device, at]) => at - sending.firstSent(device)).toSorted((a, b) => a - b);
  return {
    workload: 'latency',
    batch: 1,
    path: 'event',
    subject: 'ours',
    alertsPerSecond: { min: rate, median: rate, max: rate },
    p99Ms: times[Math.min(times.length - 1, Math.floor(0.99 * times.length))]!,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    peakMb: after.peakMb,
    transactionsPerAlert: null,
    entitiesPerDuplicate: null,
    tickets: seen.size,
  };
}

/** The devices, connected and waiting; they report when each of them first spoke. */
async function startSender(hub: IotHubReady, supervisor: Supervisor, pressure: Pressure) {
  const first = new Map<string, number>();
  let done = false;
  const options: SenderOptions = { connectionString: hub.iotHubConnectionString, ...pressure };
  const { child } = await supervisor.launch(
    { title: 'The senders', log: 'sender', rank: 3, patience: 5_000 },
    {
      module: join(__dirname, 'sender.js'),
      args: [JSON.stringify(options)],
      execArgv: ['--require', hub.preload],
      onMessage: (message) => {
        const report = message as SenderReport;
        if (report.type === 'done') done = true;
        else for (const [device, at] of report.first) first.set(device, at);
      },
    },
  );
  return {
    start: () => child.tell({ type: 'go' }),
    isDone: () => done,
    /** Milliseconds since 1970. */
    firstSent: (device: string) => first.get(device)!,
  };
}
