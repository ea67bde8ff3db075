import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { FleetFigures } from './fleet';
import { workerVariable } from './worker-options';
import type { WorkerOptions, WorkerReport } from './worker-options';

/** Ids of the devices the stack itself simulates begin like this. */
export const defaultPrefix = 'thermostat-';

/** Milliseconds between two readings of a device, and between two messages of one that repeats itself. */
export const defaultPace = { interval: 2000, repeat: 100 };

interface RunOptions extends Partial<WorkerOptions> {
  connectionString: string;
  ids: string[];
  /** For a hub on this machine: how the SDKs find and trust it. */
  local?: { preload: string; caFile: string } | undefined;
  onFigures: (figures: FleetFigures, trouble: string | undefined) => void;
}

/** How the process of the fleet is to be forked. */
export function runWorker({ local, onFigures, ...given }: RunOptions) {
  const options: WorkerOptions = { ...defaultPace, storm: false, seed: randomInt(2 ** 31), ...given };
  return {
    module: join(__dirname, 'worker.js'),
    env: { [workerVariable]: JSON.stringify(options), ...(local ? { NODE_EXTRA_CA_CERTS: local.caFile } : {}) },
    execArgv: local ? ['--require', local.preload] : [],
    onMessage: (message: object) => {
      const report = message as WorkerReport;
      if (report.type === 'figures') onFigures(report, report.trouble);
    },
  };
}
