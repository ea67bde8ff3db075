import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../local/azurite';
import { batchesOf, deviceIdOf } from '../workload';
import type { BenchAlert } from '../workload';
import { openPoster } from './http-client';
import { dealt } from './subject';
import type { Subject, Work } from './subject';
import { usageOf } from './usage';

/** Debian's name of the program. */
const program = 'prometheus-alertmanager';

/** Where Alertmanager is installed; undefined when it is not. */
export function findAlertmanager(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].filter((folder) => folder !== '');
  return folders
    .flatMap((folder) => [join(folder, program), join(folder, 'alertmanager')])
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Alertmanager at its best: one instance, short group wait, nothing logged. It keeps alerts in memory only. */
export async function alertmanager(): Promise<Subject> {
  const path = findAlertmanager();
  if (path === undefined) throw new Error(`${program} is not installed.`);
  const data = await mkdtemp(join(tmpdir(), 'ccs-alertmanager-'));
  const sink = await openSink();
  const url = `http://127.0.0.1:${await freePort()}`;
  await writeFile(join(data, 'config.yml'), configuration(sink.url));
  const options = [
    `--config.file=${join(data, 'config.yml')}`,
    `--storage.path=${data}`,
    `--web.listen-address=${url.slice('http://'.length)}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ];
  const child = spawn(path, options, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  await untilReady(url, ended);
  const poster = openPoster(url);
  return {
    prepare: (alerts, batch) =>
      dealt(
        batchesOf([...alerts].map(alertOf), batch).map((some): Work => {
          const body = Buffer.from(`[${some.join()}]`);
          return { alerts: some.length, run: () => poster.post('/api/v2/alerts', body) };
        }),
      ),
    usage: () => usageOf(child.pid!),
    tickets: ({ keys }) => sink.groups(keys),
    close: async () => {
      poster.close();
      child.kill('SIGTERM');
      await ended;
      sink.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

function alertOf({ device, kind, reading, time }: BenchAlert): string {
  return JSON.stringify({
    labels: { alertname: 'Temperature', deviceid: deviceIdOf(device), alerttype: kind },
    annotations: { reading: String(reading), threshold: '70' },
    startsAt: new Date(time).toISOString(),
  });
}

function configuration(sink: string): string {
  return [
    'route: { receiver: sink, group_by: [deviceid, alerttype], group_wait: 1s, group_interval: 5m, repeat_interval: 4h }',
    'receivers:',
    '  - name: sink',
    `    webhook_configs: [{ url: "${sink}", send_resolved: false, max_alerts: 1 }]`,
    '',
  ].join('\n');
}

/** Takes Alertmanager's notifications, and counts the groups they are about: its tickets. */
async function openSink() {
  const groups = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      groups.add((JSON.parse(Buffer.concat(chunks).toString()) as { groupKey: string }).groupKey);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    groups: async (wanted: number) => {
      const end = Date.now() + 30_000;
      while (groups.size < wanted && Date.now() < end) await new Promise((wait) => setTimeout(wait, 100));
      return groups.size;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function untilReady(url: string, ended: Promise<unknown[]>): Promise<void> {
  let gone = false;
  void ended.then(() => (gone = true));
  const end = Date.now() + 15_000;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (gone || Date.now() > end) throw new Error(`${program} does not answer.`);
    await new Promise((wait) => setTimeout(wait, 50));
  }
}
