import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { StartError } from './start-error';

/** A process we started and are answerable for. */
export interface Child {
  readonly pid: number | undefined;
  /** Resolves when the process is gone and its output was read to the end. */
  readonly ended: Promise<Ending>;
  /** Asks it to end; when it does not within `patience` milliseconds, it is killed. */
  stop(): Promise<void>;
  kill(): void;
  /** Over its IPC channel; nothing happens when it is gone. */
  tell(message: object): void;
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

interface WatchOptions {
  patience: number;
  onLine: (line: string) => void;
}

interface ForkOptions extends WatchOptions {
  module: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** For Node itself, e.g. `--require FILE`. */
  execArgv?: readonly string[];
  onMessage: (message: unknown) => void;
}

// When we are killed, all children learn of it at once. Then nobody reads their output, which must not be their end, and
// one may wait for another that is gone already, which must not last.
const watchdog = `data:text/javascript,${encodeURIComponent(`
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.once('disconnect', () => setTimeout(() => process.exit(1), 3000).unref());
`)}`;

/**
 * Starts a compiled module as a process that ends when we do: it watches the IPC channel. It stands in a group of its
 * own, so that Ctrl-C reaches us alone and we decide the order in which things stop.
 */
export function forkChild({ module, args = [], env = {}, execArgv = [], onMessage, ...watched }: ForkOptions): Child {
  const child = fork(module, [...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, ...env },
    execArgv: [`--import=${watchdog}`, ...execArgv],
  });
  child.on('message', onMessage);
  return watchChild(child, watched);
}

/** Takes charge of a process that was started in some other way. */
export function watchChild(child: ChildProcess, { patience, onLine }: WatchOptions): Child {
  for (const from of ['stdout', 'stderr'] as const) {
    const stream = child[from];
    if (stream) createInterface({ input: stream }).on('line', onLine);
  }
  // A write to a process that is going away fails; that it is gone is told by `ended`.
  const ended = new Promise<Ending>((resolve) => {
    child.on('error', () => child.pid === undefined && resolve({ code: null, signal: null }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid,
    ended,
    stop: async () => {
      // Windows has no SIGTERM that can be handled; there the closed channel says the same.
      if (process.platform === 'win32' && child.connected) child.disconnect();
      else child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(timer);
    },
    kill: () => void child.kill('SIGKILL'),
    tell: (message) => {
      if (child.connected) child.send(message);
    },
  };
}

/** The error for a child that ended although nobody had asked it to. */
export function diedError(
  name: string,
  { code, signal }: Ending,
  lastLines: readonly string[],
  log?: string,
): StartError {
  const how = signal === null ? `code ${String(code)}` : `signal ${signal}`;
  const said = lastLines.length > 0 ? `; it said: ${lastLines.map((line) => line.trim()).join(' | ')}` : '';
  return new StartError(`${name} ended with ${how}${said}${log === undefined ? '' : ` (log: ${log})`}`);
}
