import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIotHub, startStorage } from '../local/stack/parts';
import { createSupervisor } from '../local/stack/supervisor';
import { alertsPerCase } from './pressure';
import type { Pressure } from './pressure';
import type { Row } from './report';
import type { SenderOptions, SenderReport } from './sender';
import { root } from './subjects/ours-event';
import { service, settingsFor } from './subjects/service';
import { usageOf } from './subjects/usage';

/**
 * The time from a device's MQTT publish to the answer of the Web API that shows the case: whole system, each part in a
 * process of its own. The cases are asked for without pause, so a request's own time is part of the figure.
 */
export async function measureLatency(pressure: Pressure): Promise<Row> {
  const data = await mkdtemp(join(tmpdir(), 'ccs-latency-'));
  const supervisor = createSupervisor(join(data, 'logs'));
  try {
    const [azurite, hub] = await Promise.all([startStorage(data, supervisor), startIotHub(data, supervisor)]);
    const cases = Math.ceil((pressure.alertsPerSecond * pressure.seconds) / alertsPerCase);
    const settings = settingsFor({
      storageConnectionString: azurite.connectionString,
      eventHubConnectionString: hub.eventHubConnectionString,
      eventHubName: hub.eventHubName,
      devices: cases,
      workload: 'W1',
    });
    const { child: host, ready } = await supervisor.launch(
      { title: 'The Functions host', log: 'host', rank: 2, patience: 20_000 },
      {
        module: join(root, 'dist', 'infra', 'local', 'functions-host', 'main.js'),
        args: ['--root', root, '--port', '0'],
        env: settings,
      },
    );
    const { url } = ready as { url: string };
    await service(url).createDevices(cases);
    const sent = new Map<string, number>();
    let finished = false;
    const options: SenderOptions = { connectionString: hub.iotHubConnectionString, ...pressure };
    const { child: sender } = await supervisor.launch(
      { title: 'The senders', log: 'sender', rank: 3, patience: 5_000, brief: true },
      {
        module: join(__dirname, 'sender.js'),
        args: [JSON.stringify(options)],
        execArgv: ['--require', hub.preload],
        onMessage: (message) => {
          const report = message as SenderReport;
          if (report.type === 'sent') for (const [device, at] of report.first) sent.set(device, at);
          else finished = true;
        },
      },
    );
    const before = usageOf(host.pid!);
    const started = performance.now();
    sender.tell({ type: 'go' });
    const seen = await Promise.race([watchCases(url, cases, () => finished), supervisor.died]);
    const seconds = (performance.now() - started) / 1000;
    const after = usageOf(host.pid!);
    const times = [...seen].map(([device, at]) => at - sent.get(device)!).toSorted((a, b) => a - b);
    const rate = (cases * alertsPerCase) / seconds;
    return {
      workload: 'latency',
      batch: 1,
      path: 'event',
      subject: 'ours',
      alertsPerSecond: { min: rate, median: rate, max: rate },
      p99Ms: times[Math.min(times.length - 1, Math.floor(0.99 * times.length))] ?? Infinity,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      peakMb: after.peakMb,
      transactionsPerAlert: null,
      entitiesPerDuplicate: null,
      tickets: seen.size,
    };
  } finally {
    await supervisor.stop();
    await rm(data, { recursive: true, force: true });
  }
}

const newest = 200;
const patience = 60_000;

/** Asks for the newest cases again and again; answers when each was first seen, by device. */
async function watchCases(url: string, wanted: number, finished: () => boolean): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  let end = Infinity;
  while (seen.size < wanted && Date.now() < end) {
    const answer = await fetch(`${url}/api/data/v9.2/incidents?$select=ccs_groupkey&$top=${newest}`);
    if (!answer.ok) throw new Error(`The cases could not be read: ${answer.status} ${await answer.text()}`);
    const { value } = (await answer.json()) as { value: { ccs_groupkey: string }[] };
    const at = Date.now();
    for (const { ccs_groupkey: group } of value) {
      const device = group.split(' ')[0]!;
      if (!seen.has(device)) seen.set(device, at);
    }
    if (finished() && end === Infinity) end = Date.now() + patience;
    await new Promise((wait) => setTimeout(wait, 10));
  }
  return seen;
}
