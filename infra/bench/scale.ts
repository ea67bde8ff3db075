import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptions } from '../local/options';
import { messageOf } from '../local/start-error';
import { fullPlan } from './plan';
import type { Row } from './report';
import { costsFrom, scalePage } from './scale-page';
import { root } from './subjects/ours-event';

const read = readOptions(
  'npm run scale --',
  {
    costs: { kind: 'text', hint: 'FILE', help: 'rows of `npm run bench -- --only W1 --json FILE`' },
    quick: { kind: 'flag', help: 'the rows are those of a quick run' },
    write: { kind: 'flag', help: 'write docs/scale.md' },
  },
  process.argv.slice(2),
);

/** What a deployment in Azure carries, from measured costs; see `scale-model.ts`. */
async function run({ costs: file, quick, write }: { costs: string | undefined; quick: boolean; write: boolean }) {
  if (file === undefined) throw new Error('--costs FILE is missing: npm run bench -- --only W1 --json FILE writes it');
  const rows = JSON.parse(await readFile(file, 'utf8')) as Row[];
  const page = scalePage({
    costs: costsFrom(rows, fullPlan(quick)),
    date: new Date().toISOString().slice(0, 10),
    quick,
  });
  if (write) await writeFile(join(root, 'docs', 'scale.md'), page);
  else console.log(page);
}

if (read.kind === 'help') console.log(read.text);
else if (read.kind === 'wrong') {
  console.error(read.message);
  process.exitCode = 2;
} else {
  run(read.values).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
