import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '..', '..');

/** What `npm run faults` writes with `--json`. */
export interface FaultsFigures {
  acknowledged: number;
  lost: number;
  doubled: number;
  secondParents: number;
  secondCases: number;
  wrongCounts: number;
  kills: number;
  seed: number;
}

/** Runs the faults program; answers its exit code, its figures and what it said. */
export async function runFaults(args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'ccs-faults-test-'));
  const json = join(folder, 'result.json');
  const program = join(root, 'dist', 'infra', 'faults', 'main.js');
  const child = fork(program, [...args, '--json', json], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said += String(chunk)));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const text = await readFile(json, 'utf8').catch(() => {
      throw new Error(`The faults program ended with code ${String(code)} and no result: ${said}`);
    });
    return { code, said, figures: JSON.parse(text) as FaultsFigures };
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}
