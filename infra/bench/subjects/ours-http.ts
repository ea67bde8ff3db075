import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { alertType } from '../../../shared/model/choices';
import { batchesOf, deviceIdOf, tokenOf } from '../workload';
import { workerArguments } from '../../local/worker-arguments';
import type { BenchAlert } from '../workload';
import { openPoster } from './http-client';
import { root } from './ours-event';
import { service, settingsFor } from './service';
import { dealt, lanes } from './subject';
import type { Subject, Surroundings, Work } from './subject';
import { usageOf } from './usage';

const path = '/api/data/v9.2/msdyn_iotalerts/Microsoft.Dynamics.CRM.CreateMultiple';

/** From so many alerts a call, one connection keeps the service busy; with more, calls wait for each other and nothing else. */
const crowded = 1_000;
const lanesOfCrowds = 1;

/** The app over HTTP: `CreateMultiple` to a local Functions host in a process of its own. */
export async function oursOverHttp(surroundings: Surroundings): Promise<Subject> {
  const main = join(root, 'dist', 'infra', 'local', 'functions-host', 'main.js');
  const host = fork(main, ['--root', root, '--port', '0'], {
    env: { ...process.env, ...settingsFor(surroundings) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: workerArguments,
  });
  const ended = once(host, 'exit');
  const died = ended.then(([code]) => {
    throw new Error(`The host ended with code ${String(code)}.`);
  });
  died.catch(() => undefined);
  const [{ url }] = (await Promise.race([once(host, 'message'), died])) as [{ url: string }];
  const { createDevices, tickets } = service(url, surroundings.storageConnectionString);
  await createDevices(surroundings.devices);
  const poster = openPoster(url);
  return {
    prepare: (alerts, batch) =>
      dealt(
        batchesOf(
          [...alerts].map((alert) => JSON.stringify(targetOf(alert))),
          batch,
        ).map((targets): Work => {
          const body = Buffer.from(`{"Targets":[${targets.join()}]}`);
          return { alerts: targets.length, run: () => poster.post(path, body) };
        }),
        batch < crowded ? lanes : lanesOfCrowds,
      ),
    usage: () => usageOf(host.pid!),
    tickets,
    close: async () => {
      poster.close();
      host.kill('SIGTERM');
      await ended;
    },
  };
}

/** An alert as `CreateMultiple` takes it. */
export function targetOf({ device, kind, reading, index, time }: BenchAlert): object {
  return {
    '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotalert',
    msdyn_description: `Temperature reading of ${reading} exceeded a threshold of 70`,
    msdyn_deviceid: deviceIdOf(device),
    msdyn_alerttype: alertType[kind],
    msdyn_alerttime: new Date(time).toISOString(),
    msdyn_alerttoken: tokenOf(index),
  };
}
