import { join } from 'node:path';
import type { IotHubReady } from '../local/stack/parts';
import type { Supervisor } from '../local/stack/supervisor';
import { alertsPerCase, casesOf } from './pressure';
import type { Pressure } from './pressure';
import type { Row } from './report';
import type { SenderOptions, SenderReport } from './sender';
import { median, percentile, spread } from './statistics';
import { service } from './subjects/service';
import { usageOf } from './subjects/usage';
import { watchCases } from './watch-cases';
import { onWholeSystem } from './whole-system';
import type { WholeSystem } from './whole-system';

/**
 * The time from a device's MQTT publish to the answer of the Web API that shows the case: whole system, each part in a
 * process of its own. The cases are asked for without pause, so a request's own time is part of the figure.
 */
export async function measureLatency(pressure: Pressure, runs: number): Promise<Row[]> {
  const measured: Measured[] = [];
  while (measured.length < runs) measured.push(await onWholeSystem((system) => measureOn(system, pressure)));
  const cases = casesOf(pressure);
  return [
    rowOf('latency', measured, (run) => run.times.slice(cases.first)),
    rowOf('latency from a start', measured, (run) => run.times.slice(0, cases.first)),
  ];
}

interface Measured {
  /** Milliseconds until each case could be read, in the order in which they were caused. */
  times: number[];
  alertsPerSecond: number;
  cpuSeconds: number;
  peakMb: number;
}

function rowOf(workload: string, runs: readonly Measured[], timesOf: (run: Measured) => number[]): Row {
  return {
    workload,
    batch: 1,
    path: 'event',
    subject: 'ours',
    alertsPerSecond: spread(runs.map(({ alertsPerSecond }) => alertsPerSecond)),
    p99Ms: median(runs.map((run) => percentile(timesOf(run), 0.99))),
    cpuSeconds: median(runs.map(({ cpuSeconds }) => cpuSeconds)),
    peakMb: median(runs.map(({ peakMb }) => peakMb)),
    transactionsPerAlert: null,
    entitiesPerDuplicate: null,
    tickets: Math.min(...runs.map((run) => timesOf(run).length)),
  };
}

async function measureOn(
  { host, storageConnectionString, hub, supervisor }: WholeSystem,
  pressure: Pressure,
): Promise<Measured> {
  const cases = casesOf(pressure).all;
  await service(host.url, storageConnectionString).createDevices(cases);
  const sending = await startSender(hub, supervisor, pressure);
  const before = usageOf(host.pid);
  const started = performance.now();
  sending.start();
  const seen = await watchCases(host.url, cases, sending.isDone);
  const after = usageOf(host.pid);
  return {
    times: [...sending.sent()].map(([device, at]) => seen.get(device)! - at),
    alertsPerSecond: (cases * alertsPerCase) / ((performance.now() - started) / 1000),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    peakMb: after.peakMb,
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
    /** When each device first spoke (milliseconds since 1970), in that order. */
    sent: (): ReadonlyMap<string, number> => first,
  };
}
