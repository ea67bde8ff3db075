import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const main = join(__dirname, '../../../dist/infra/local/functions-host/main.js');

/** One line that the fixture app wrote about an invocation or a hook. */
export interface Told {
  pid: number;
  function?: string;
  hook?: string;
  partition?: string;
  bodies?: string[];
  done?: boolean;
  [more: string]: unknown;
}

export interface RunningHost {
  url: string;
  functionKey: string;
  masterKey: string;
  pid: number;
  lines: string[];
  child: ChildProcess;
  /** Ends with a signal and resolves with the exit code (null after SIGKILL). */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Starts the compiled host as a process of its own and resolves when it is ready. Rejects with what it wrote otherwise. */
export async function startHost(
  app: string,
  settings: Record<string, string> = {},
  args: string[] = [],
): Promise<RunningHost> {
  const child = spawn(process.execPath, [main, '--root', resolve(__dirname, app), '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...settings },
  });
  running.add(child);
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  }
  const ready = once(child, 'message').then(
    ([message]) => message as { url: string; functionKey: string; masterKey: string },
  );
  const first = await Promise.race([ready, exited]);
  if (typeof first !== 'object' || first === null) {
    throw new Error(`The host ended with ${String(first)}: ${lines.join(' | ')}`);
  }
  return {
    ...first,
    pid: child.pid!,
    lines,
    child,
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs the host until it ends by itself; for start-up failures and wrong options. */
export async function runToEnd(args: string[], settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...settings } });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  running.delete(child);
  return { code, output };
}

/** Ends what a failed test left behind. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
}

/** A file that the fixture app tells its invocations to. */
export function tellTale() {
  const folder = mkdtempSync(join(tmpdir(), 'functions-host-'));
  const path = join(folder, 'seen.jsonl');
  writeFileSync(path, '');
  return {
    path,
    folder,
    seen: (): Told[] => {
      const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      return whole.map((line) => JSON.parse(line) as Told);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Asks until the answer is truthy, and fails with `what` when it takes too long. */
export async function until<T>(what: string, ask: () => T | Promise<T>, withinMs = 25_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
    await sleep(25);
  }
}
