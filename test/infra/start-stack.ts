import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { StackFile } from '../../infra/local/stack-file';

const local = resolve(__dirname, '..', '..', 'dist', 'infra', 'local');

/** A command as a person runs it. */
export interface Started {
  pid: number;
  lines: string[];
  /** The first line that matches, as soon as there is one. */
  line(pattern: RegExp, seconds?: number): Promise<string>;
  exitCode: Promise<number | null>;
}

/** `npm start -- …` */
export function start(...args: string[]): Started {
  return run('start.js', args);
}

/** `npm run fleet -- …` */
export function fleet(...args: string[]): Started {
  return run(join('fleet', 'main.js'), args);
}

export function run(program: string, args: string[], env: NodeJS.ProcessEnv = process.env): Started {
  const child = spawn(process.execPath, [join(local, program), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let gone = false;
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const exitCode = new Promise<number | null>((ended) => child.once('close', (code) => ended(code)));
  void exitCode.finally(() => (gone = true));
  const find = (pattern: RegExp) => lines.find((line) => pattern.test(line));
  return {
    pid: child.pid!,
    lines,
    exitCode,
    line: async (pattern, seconds = 30) => {
      await until(() => gone || find(pattern) !== undefined, seconds);
      const found = find(pattern);
      if (found === undefined) throw new Error(`never said ${String(pattern)}, but:\n${lines.join('\n')}`);
      return found;
    },
  };
}

/** Asks again and again, for at most so many seconds, and answers with whether it came true. */
export async function until(question: () => boolean | Promise<boolean>, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await question()) return true;
    await new Promise((again) => setTimeout(again, 50));
  }
  return question();
}

/** The processes that have this folder in their command line: everything of a stack that is still there. */
export function processesOf(folder: string): string[] {
  const all = existsSync('/proc/self/cmdline')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => `${pid} ${commandLine(pid)}`)
    : execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim());
  return all.filter((line) => line.includes(folder));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

export function stackFile(folder: string): StackFile {
  return JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')) as StackFile;
}

/** All records of a set of the running stack. */
export async function records(folder: string, address: string): Promise<Record<string, unknown>[]> {
  const { functionsUrl, functionKey } = stackFile(folder);
  const found: Record<string, unknown>[] = [];
  for (let next: string | undefined = `${functionsUrl}/api/data/v9.2/${address}`; next !== undefined;) {
    const response = await fetch(next, { headers: { 'x-functions-key': functionKey } });
    if (!response.ok) throw new Error(`${next} was answered with ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { value: Record<string, unknown>[]; '@odata.nextLink'?: string };
    found.push(...page.value);
    next = page['@odata.nextLink'];
  }
  return found;
}

export async function create(folder: string, set: string, record: object): Promise<void> {
  const { functionsUrl, functionKey } = stackFile(folder);
  const response = await fetch(`${functionsUrl}/api/data/v9.2/${set}`, {
    method: 'POST',
    headers: { 'x-functions-key': functionKey, 'content-type': 'application/json' },
    body: JSON.stringify(record),
  });
  if (!response.ok) throw new Error(`POST ${set} was answered with ${response.status}: ${await response.text()}`);
}
