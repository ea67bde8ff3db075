import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/** A running Azurite: blob, queue and table service on loopback, in a process of its own. */
export interface Azurite {
  connectionString: string;
  ports: { blob: number; queue: number; table: number };
  pid: number;
  /** Resolves with the exit code when the process ends, for whatever reason. */
  exited: Promise<number | null>;
  /** Asks Azurite to write what it holds and waits until it is gone. */
  stop(): Promise<void>;
}

export interface AzuriteOptions {
  /** Where the data is kept; without it everything lives in memory. */
  data?: string;
  /** Ports to use; free ones are taken when not given. */
  ports?: { blob: number; queue: number; table: number };
  /** Files of a certificate and its key: then it speaks HTTPS, and takes tokens of Microsoft Entra ID as well as the key. */
  https?: { certificate: string; key: string };
}

// The account name and key every storage emulator shares; they are public and protect nothing.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const main = createRequire(__filename).resolve('azurite/dist/src/azurite.js');

// Azurite would outlive a parent that was killed. Loaded before it, this ends it the orderly way, with all it holds
// written, when the parent's end of the channel closes. The channel itself must not keep the process alive, and that
// nobody reads its output any more must not end it before its data is written.
const watchdog = `data:text/javascript,${encodeURIComponent(`
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let ending = false;
  process.once('SIGTERM', () => { ending = true; if (process.listenerCount('SIGTERM') === 0) process.exit(); });
  process.once('disconnect', () => { if (!ending) process.emit('SIGTERM'); setTimeout(process.exit, 60_000).unref(); });
  process.channel.unref();
`)}`;

/** Starts Azurite and resolves when all three services listen. Rejects with its last lines when it ends before that. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  return (await spawnAzurite(options)).listening;
}

/** The same in two steps, for a caller that must be able to end the process before it listens. */
export async function spawnAzurite({ data, ports, https }: AzuriteOptions = {}): Promise<{
  process: ChildProcess;
  listening: Promise<Azurite>;
}> {
  const used = ports ?? (await freePorts());
  if (data) await mkdir(data, { recursive: true });
  const child = spawn(
    process.execPath,
    [
      `--import=${watchdog}`,
      main,
      ...Object.entries(used).flatMap(([service, port]) => [`--${service}Port`, String(port)]),
      ...(data ? ['--location', data] : ['--inMemoryPersistence']),
      ...(https ? ['--cert', https.certificate, '--key', https.key, '--oauth', 'basic'] : []),
      '--silent',
      '--skipApiVersionCheck',
      '--disableTelemetry',
    ],
    // A group of its own: Ctrl-C reaches the parent, which stops this process last.
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: process.platform !== 'win32', windowsHide: true, cwd: data },
  );
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const listening = untilListening(child.stdout!, child.stderr!, exited).then(() => ({
    connectionString: connectionString(used, https ? 'https' : 'http'),
    ports: used,
    pid: child.pid!,
    exited,
    stop: async () => {
      // Windows knows no SIGTERM that can be handled; there the closed channel does the same.
      if (process.platform === 'win32') child.disconnect();
      else child.kill('SIGTERM');
      await exited;
    },
  }));
  return { process: child, listening };
}

function connectionString({ blob, queue, table }: Azurite['ports'], protocol: 'http' | 'https'): string {
  return [
    `DefaultEndpointsProtocol=${protocol}`,
    `AccountName=${account}`,
    `AccountKey=${key}`,
    `BlobEndpoint=${protocol}://127.0.0.1:${blob}/${account}`,
    `QueueEndpoint=${protocol}://127.0.0.1:${queue}/${account}`,
    `TableEndpoint=${protocol}://127.0.0.1:${table}/${account};`,
  ].join(';');
}

async function untilListening(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  exited: Promise<number | null>,
): Promise<void> {
  const lines: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => lines.push(line));
  const listening = new Promise<void>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      lines.push(line);
      if (/Table service (is )?successfully listen/i.test(line)) resolve();
    });
  });
  const code = await Promise.race([listening, exited]);
  if (code !== undefined) {
    throw new Error(`Azurite ended with code ${String(code)} before it listened: ${lines.slice(-3).join(' | ')}`);
  }
}

/** A port nobody listens on right now. */
export async function freePort(): Promise<number> {
  return (await freePorts()).blob;
}

/** Held until all are known: a port that is given back may be given out again at once. */
async function freePorts() {
  const servers = await Promise.all([openServer(), openServer(), openServer()]);
  const [blob, queue, table] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => new Promise((resolve) => server.close(resolve))));
  return { blob: blob!, queue: queue!, table: table! };
}

async function openServer() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
