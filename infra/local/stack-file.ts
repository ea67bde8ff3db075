import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from './processes';

/** `stack.json` in the data folder: where the parts of the running stack are, for programs beside it. It holds keys. */
export interface StackFile {
  /** Of the start script. */
  pid: number;
  functionsUrl: string;
  /** For the header `x-functions-key`; only asked for with `--auth`. */
  functionKey: string;
  /** With `--auth`: where tokens are given, to whoever has `functionKey` as `client_secret`. */
  tokenUrl?: string;
  masterKey: string;
  /** Service connection string, for azure-iothub. */
  iotHubConnectionString: string;
  iotHubHostName: string;
  /** The built-in endpoint, for @azure/event-hubs. */
  eventHubConnectionString: string;
  eventHubName: string;
  storageConnectionString: string;
  /** For Node clients of the hub: `NODE_EXTRA_CA_CERTS` and `--require`. */
  caFile: string;
  preload: string;
  /** How many simulated devices the stack itself runs: `thermostat-0001` and up. */
  fleet: number;
}

/** Written in one step: a reader sees all of it or nothing. */
export async function writeStackFile(folder: string, stack: StackFile): Promise<void> {
  const path = join(folder, 'stack.json');
  await writeFile(`${path}.new`, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The stack that runs on this data folder, or undefined when none does. */
export async function readStackFile(folder: string): Promise<StackFile | undefined> {
  try {
    const stack = JSON.parse(await readFile(join(folder, 'stack.json'), 'utf8')) as StackFile;
    return isRunning(stack.pid) ? stack : undefined;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

export async function removeStackFile(folder: string): Promise<void> {
  await rm(join(folder, 'stack.json'), { force: true });
}
