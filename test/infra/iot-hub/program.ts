import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IotHub } from '../../../infra/local/iot-hub/iot-hub';

/** The compiled program; `npm test` compiles before it runs the tests. */
const program = join(__dirname, '..', '..', '..', 'dist', 'infra', 'local', 'iot-hub', 'main.js');

export type Offer = Omit<IotHub, 'stop'> & { type: 'ready'; pid: number };

const children = new Set<ChildProcess>();
const folders: string[] = [];

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-test-'));
  folders.push(folder);
  return folder;
}

/** Starts the program with an IPC channel and waits until it is ready. */
export async function startProgram(
  args: string[],
): Promise<{ child: ChildProcess; offer: Offer; output: () => string }> {
  const child = fork(program, args, { silent: true, execArgv: [] });
  children.add(child);
  let output = '';
  child.stdout!.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (output += text.toString()));
  const ready = once(child, 'message') as Promise<[Offer]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the program ended with ${String(code)}: ${output}`);
  });
  const [offer] = await Promise.race([ready, ended]);
  ended.catch(() => {});
  return { child, offer, output: () => output };
}

/** Runs the program to its end. */
export async function runProgram(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

export async function end(
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; milliseconds: number }> {
  const started = Date.now();
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  const [code] = await exited;
  return { code, milliseconds: Date.now() - started };
}

/** Ends what a test left behind. */
export async function cleanUp(): Promise<void> {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  }
  children.clear();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}
