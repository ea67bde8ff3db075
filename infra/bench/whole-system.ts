import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIotHub, startStorage } from '../local/stack/parts';
import type { IotHubReady } from '../local/stack/parts';
import { createSupervisor } from '../local/stack/supervisor';
import type { Supervisor } from '../local/stack/supervisor';
import { workerArguments } from '../local/worker-arguments';
import { root } from './subjects/ours-event';
import { settingsFor } from './subjects/service';

/** The app on its own Azurite and IoT Hub emulator, each part in a process of its own. */
export interface WholeSystem {
  host: { url: string; pid: number };
  storageConnectionString: string;
  hub: IotHubReady;
  supervisor: Supervisor;
}

/** Starts a system that holds nothing, works with it, and removes it. */
export async function onWholeSystem<T>(work: (system: WholeSystem) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), 'ccs-bench-'));
  const supervisor = createSupervisor(join(data, 'logs'));
  try {
    const [azurite, hub] = await Promise.all([startStorage(data, supervisor), startIotHub(data, supervisor)]);
    const host = await startHost(azurite.connectionString, hub, supervisor);
    return await Promise.race([
      work({ host, storageConnectionString: azurite.connectionString, hub, supervisor }),
      supervisor.died,
    ]);
  } finally {
    await supervisor.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function startHost(
  storageConnectionString: string,
  { eventHubConnectionString, eventHubName }: IotHubReady,
  supervisor: Supervisor,
): Promise<WholeSystem['host']> {
  const { child, ready } = await supervisor.launch(
    { title: 'The Functions host', log: 'host', rank: 2, patience: 20_000 },
    {
      module: join(root, 'dist', 'infra', 'local', 'functions-host', 'main.js'),
      args: ['--root', root, '--port', '0'],
      execArgv: [...workerArguments],
      env: settingsFor({ storageConnectionString, eventHubConnectionString, eventHubName }),
    },
  );
  return { url: (ready as { url: string }).url, pid: child.pid! };
}
