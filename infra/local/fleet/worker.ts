import { Registry } from 'azure-iothub';
import { connect } from './connection';
import { createFleet } from './fleet';
import type { Fleet } from './fleet';
import { createGate } from './gate';
import { createIdentities, deviceConnectionString, deviceKey } from './identities';
import { workerVariable } from './worker-options';
import type { WorkerOptions, WorkerOrder, WorkerReport } from './worker-options';

/*
 * The process the devices live in. It is forked, by the start script or by `npm run fleet`, with whatever the SDKs need
 * to reach the hub; it reports over the IPC channel and ends, with its devices signed off, on SIGTERM or when the
 * channel closes.
 */

const tickEvery = 20;
const reportEvery = 1000;

let fleet: Fleet | undefined;
let trouble: string | undefined;
let ending = false;

async function run({ connectionString, ids, registerOnly, seed, ...pace }: WorkerOptions): Promise<void> {
  const registry = Registry.fromConnectionString(connectionString);
  const created = await createIdentities(registry, connectionString, ids);
  if (registerOnly) {
    process.send?.({ type: 'ready', created } satisfies WorkerReport, () => process.exit(0));
    return;
  }
  if (ending) return;
  const gate = createGate(8);
  const keys = new Map<string, string>();

  /** Our own key first. When that is refused, somebody else may have made this identity: then the hub knows its key. */
  async function address(id: string, failures: number): Promise<string> {
    if (failures % 3 === 1) {
      const { responseBody } = await registry.get(id);
      const known = (responseBody as { authentication?: { symmetricKey?: { primaryKey?: string } } }).authentication;
      if (known?.symmetricKey?.primaryKey) keys.set(id, known.symmetricKey.primaryKey);
    }
    return deviceConnectionString(connectionString, id, keys.get(id) ?? deviceKey(connectionString, id));
  }

  fleet = createFleet({
    ids,
    pace,
    seed,
    now: Date.now,
    connect: (id, random) =>
      connect({
        connectionString: (failures) => address(id, failures),
        gate,
        random,
        onFailure: (reason) => (trouble = `${id}: ${reason}`),
      }),
  });
  report({ type: 'ready', created });
  setInterval(reportFigures, reportEvery);
}

function reportFigures(): void {
  if (fleet) report({ type: 'figures', ...fleet.figures(), ...(trouble === undefined ? {} : { trouble }) });
  trouble = undefined;
}

function report(message: WorkerReport): void {
  if (process.connected) process.send?.(message);
}

process.on('message', (order: WorkerOrder) => {
  if (order.type !== 'speak' || !fleet) return;
  fleet.start();
  setInterval(() => fleet?.tick(), tickEvery);
});

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  reportFigures();
  await fleet?.close();
  process.exit(0);
}

process.on('SIGTERM', () => void end());
process.on('SIGINT', () => void end());
process.on('disconnect', () => void end());

const options = process.env[workerVariable];
if (options === undefined || !process.connected) {
  console.error('This is a part of the simulated fleet; start it with: npm run fleet');
  process.exitCode = 2;
} else {
  run(JSON.parse(options) as WorkerOptions).catch((thrown: unknown) => {
    console.error(`The fleet cannot work: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    process.exit(1);
  });
}
