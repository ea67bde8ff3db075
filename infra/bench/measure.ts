import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../local/azurite';
import { startIotHub } from '../local/iot-hub/iot-hub';
import { workerArguments } from '../local/worker-arguments';
import { startStorageProxy } from '../local/proxies/storage-proxy';
import { storageCounter } from './storage-counter';
import type { Counts } from './storage-counter';
import type { Measured } from './plan';
import type { Purpose, RunReport, RunRequest, RunResult } from './run';

/** What the storage was asked for in a pass of its own. */
export interface StorageCosts {
  transactionsPerAlert: number;
  entitiesPerDuplicate: number;
  /** Rows written for one key that is new. */
  entitiesPerKey: number;
}

/** One timed run: storage, hub and subject in processes of their own, all new. */
export async function measureTime(measured: Measured): Promise<RunResult> {
  return alone(measured, (connectionString, run) => run(connectionString, 'time', async () => {}));
}

/** A run that notes what the process does with its time, which makes it slower. */
export async function measureShares(measured: Measured): Promise<RunResult> {
  return alone(measured, (connectionString, run) => run(connectionString, 'profile', async () => {}));
}

/** A shorter run through a proxy that counts. It is slower, so its time counts for nothing. */
export async function measureStorage(measured: Measured): Promise<StorageCosts> {
  if (measured.subject === 'alertmanager')
    return { transactionsPerAlert: 0, entitiesPerDuplicate: 0, entitiesPerKey: 0 };
  const counter = storageCounter();
  return alone(measured, async (connectionString, run) => {
    const proxy = await startStorageProxy(connectionString, { seen: counter.count });
    try {
      const stages: Counts[] = [];
      const next = async () => void stages.push(counter.now());
      await run(proxy.connectionString, 'count', next);
      await next();
      return costsOf(measured, stages as [Counts, Counts, Counts]);
    } finally {
      await proxy.stop();
    }
  });
}

function costsOf(
  { counted: { alerts, keys } }: Measured,
  [ready, parents, end]: [Counts, Counts, Counts],
): StorageCosts {
  return {
    transactionsPerAlert: (end.transactions - ready.transactions) / alerts,
    entitiesPerKey: (parents.entities - ready.entities) / keys,
    entitiesPerDuplicate: (end.entities - parents.entities) / (alerts - keys),
  };
}

type Run = (storage: string, purpose: Purpose, onStage: () => Promise<void>) => Promise<RunResult>;

async function alone<T>(measured: Measured, work: (connectionString: string, run: Run) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), 'ccs-bench-'));
  const [azurite, hub] = await Promise.all([startAzurite(), startIotHub({ data })]);
  const { eventHubConnectionString, eventHubName } = hub;
  const { workload, keys, warmUp } = measured;
  const run: Run = (storageConnectionString, purpose, onStage) => {
    const devices = Math.ceil((keys + warmUp.keys) / 2);
    const hubSide = { eventHubConnectionString, eventHubName };
    const surroundings = { storageConnectionString, ...hubSide, devices, workload };
    return runChild({ measured, surroundings, purpose }, onStage);
  };
  try {
    return await work(azurite.connectionString, run);
  } finally {
    await Promise.all([azurite.stop(), hub.stop()]);
    await rm(data, { recursive: true, force: true });
  }
}

async function runChild(request: RunRequest, onStage: () => Promise<void>): Promise<RunResult> {
  const child = fork(join(__dirname, 'run.js'), {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: workerArguments,
  });
  const said: string[] = [];
  child.stderr!.on('data', (chunk) => said.push(String(chunk)));
  const ended = once(child, 'exit').then(([code]) => {
    const words = said.join('').trim().split('\n').slice(0, 3).join(' ');
    throw new Error(`the process ended with code ${String(code)}: ${words}`);
  });
  ended.catch(() => undefined);
  child.send(request);
  for (;;) {
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [RunReport];
    if (report.type === 'result') return report;
    await onStage();
    child.send('go on');
  }
}
