import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readOptions } from '../local/options';
import { messageOf } from '../local/start-error';
import { isClean } from './judge';
import { runFaults } from './run-faults';
import { torments } from './torments';
import type { Torment } from './torments';

const read = readOptions(
  'npm run faults --',
  {
    minutes: { kind: 'whole', hint: 'N', min: 1, max: 10_000, default: 1, help: 'how long to go on' },
    seconds: { kind: 'whole', hint: 'N', min: 1, max: 600_000, help: 'the same in seconds' },
    seed: { kind: 'whole', hint: 'S', min: 0, max: 1_000_000, default: 1, help: 'the same seed does the same harm' },
    json: { kind: 'text', hint: 'FILE', help: 'also write the result to this file' },
    only: { kind: 'text', hint: 'A,B', help: `only these: ${torments.join(', ')}; or none` },
    patience: {
      kind: 'whole',
      hint: 'N',
      min: 1,
      max: 3_600,
      default: 300,
      help: 'seconds a round may take to settle',
    },
    app: { kind: 'text', hint: 'DIR', help: 'folder of the compiled app to hurt, when it is not this one' },
    data: { kind: 'text', hint: 'DIR', help: 'keep storage, hub and logs of the hosts in this folder' },
  },
  process.argv.slice(2),
);

interface Options {
  minutes: number;
  seconds: number | undefined;
  seed: number;
  json: string | undefined;
  only: string | undefined;
  patience: number;
  app: string | undefined;
  data: string | undefined;
}

async function run({ minutes, seconds, seed, json, only, patience, app, data }: Options): Promise<void> {
  const folder = data === undefined ? await mkdtemp(join(tmpdir(), 'ccs-faults-')) : resolve(data);
  let isToBeKept = data !== undefined;
  try {
    const outcome = await runFaults({
      seconds: seconds ?? minutes * 60,
      seed,
      which: tormentsIn(only),
      patience,
      app: resolve(app ?? join(__dirname, '..', '..', '..')),
      data: folder,
      say: (line) => console.error(line),
    });
    const { complaints, ...figures } = outcome;
    for (const complaint of complaints.slice(0, mostComplaints)) console.error(complaint);
    if (complaints.length > mostComplaints) console.error(`... and ${complaints.length - mostComplaints} more`);
    console.log(JSON.stringify(figures));
    if (json !== undefined) await writeFile(json, `${JSON.stringify(figures)}\n`);
    if (isClean(outcome)) return;
    process.exitCode = 1;
    isToBeKept = true;
    console.error(`Storage, hub and logs of the hosts are in ${folder}`);
  } finally {
    if (!isToBeKept) await rm(folder, { recursive: true, force: true });
  }
}

const mostComplaints = 20;

function tormentsIn(only: string | undefined): readonly Torment[] {
  if (only === undefined) return torments;
  if (only === 'none') return [];
  const asked = only.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !(torments as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: it must be none, or of ${torments.join(', ')}`);
  return asked as Torment[];
}

if (read.kind === 'help') console.log(read.text);
else if (read.kind === 'wrong') {
  console.error(read.message);
  process.exitCode = 2;
} else {
  // Whoever ends us early leaves nothing behind that is frozen or alive: see `system.ts`.
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => process.exit(130));
  run(read.values).then(
    () => process.exit(),
    (error: unknown) => {
      console.error(messageOf(error));
      process.exit(2);
    },
  );
}
