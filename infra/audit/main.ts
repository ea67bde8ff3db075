import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { verdictOf } from './verdict';
import type { Verdict } from './verdict';

/*
 * `npm run audit:packages`: asks the registry for known weaknesses of the packages the app runs on, those of development left
 * out. Ends with 1 when one is high or critical. Not every registry answers this; then it says so and ends with 0, because
 * nothing is known against the packages. Runs from dist/infra/audit.
 */
const root = resolve(__dirname, '..', '..', '..');

function ask(): Verdict {
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  return error ? { kind: 'unanswered', why: error.message } : verdictOf(stdout);
}

const verdict = ask();
if (verdict.kind === 'unanswered') {
  console.error(`NOT RUN: the audit of the packages, because the registry does not answer it: ${verdict.why}`);
} else {
  for (const line of verdict.grave) console.error(line);
  console.log(`Audit of the packages: ${verdict.grave.length} high or critical, ${verdict.lesser} less than that.`);
  process.exitCode = verdict.grave.length > 0 ? 1 : 0;
}
