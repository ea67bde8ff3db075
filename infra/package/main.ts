import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readOptions } from '../local/options';
import { budget } from './budget';
import { compareFirstAnswers } from './first-answer';
import type { Times } from './first-answer';
import { makePackage } from './make-package';
import type { Package } from './make-package';
import { makeUnbundled } from './unbundled';

/*
 * `npm run package`: makes .package/app and .package/connected-customer-service.zip, prints what they weigh and how soon they
 * answer, beside the unbundled app in the same run, and ends with 1 when that is over the budget. `--rounds 0` measures no times. Runs
 * from dist/infra/package.
 */
const root = resolve(__dirname, '..', '..', '..');

const options = {
  out: { kind: 'text', help: 'where to make it', hint: 'DIR', default: join(root, '.package') },
  rounds: { kind: 'whole', help: 'starts of each app to measure', hint: 'N', min: 0, max: 100, default: 5 },
} as const;

async function run(out: string, rounds: number): Promise<boolean> {
  const made = await makePackage(root, join(out, 'app'));
  const kept = [await tellSize(made), rounds === 0 || (await tellTimes(made, out, rounds))];
  if (kept.every(Boolean)) return true;
  console.error('The package is over its budget: see infra/package/budget.ts.');
  return false;
}

/** Whether the size is within the budget. */
async function tellSize({ folder, zip, size, sha256 }: Package): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  const unbundled = await makeUnbundled(root);
  console.log(`zip          ${kilobytes(size)}, budget ${kilobytes(budget.zip)}: ${zip}`);
  console.log(`             SHA-256 ${sha256}`);
  console.log(`bundled      ${files.length} files, ${kilobytes(sizes.reduce((all, one) => all + one, 0))}`);
  console.log(`unbundled    ${unbundled.files} files, ${kilobytes(unbundled.bytes)}`);
  return size <= budget.zip;
}

/** Whether the time is within the budget. */
async function tellTimes({ folder }: Package, out: string, rounds: number): Promise<boolean> {
  const { bundled, unbundled } = await besideUnbundled(folder, out, rounds);
  console.log(
    `first answer ${said(bundled)} bundled, ${said(unbundled)} unbundled, budget ${budget.firstAnswer} times that;`,
  );
  console.log(`             best and median of ${rounds} starts, Node.js ${process.versions.node}`);
  return bundled.best <= budget.firstAnswer * unbundled.best;
}

/** Beside the package, because files of the same disk need not be copied. */
async function besideUnbundled(bundled: string, out: string, rounds: number) {
  const unbundled = await mkdtemp(join(out, 'unbundled-'));
  try {
    await makeUnbundled(root, unbundled);
    return await compareFirstAnswers(root, { bundled, unbundled }, rounds);
  } finally {
    await rm(unbundled, { recursive: true });
  }
}

function said({ best, median }: Times): string {
  return `${best.toFixed(0)} and ${median.toFixed(0)} ms`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
}

const read = readOptions('npm run package --', options, process.argv.slice(2));
if (read.kind === 'options') {
  run(resolve(read.values.out), read.values.rounds).then(
    (kept) => (process.exitCode = kept ? 0 : 1),
    (error: unknown) => {
      console.error(`The package was not made: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    },
  );
} else {
  console.log(read.kind === 'help' ? read.text : read.message);
  process.exitCode = read.kind === 'help' ? 0 : 2;
}
