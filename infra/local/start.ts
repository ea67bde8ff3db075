import { readOptions } from './options';
import { runStack } from './stack/stack';
import type { StackOptions } from './stack/stack-options';
import { messageOf } from './start-error';

const read = readOptions(
  'npm start --',
  {
    port: { kind: 'whole', hint: 'N', min: 1, max: 65_535, default: 7071, help: 'port of the Web API' },
    data: { kind: 'text', hint: 'DIR', default: '.local', help: 'where everything is kept' },
    fleet: { kind: 'whole', hint: 'N', min: 0, max: 5000, default: 10, help: 'simulated devices, 0 for none' },
    fresh: { kind: 'flag', help: 'empty the data first' },
    auth: { kind: 'flag', help: 'ask for tokens or access keys, as in Azure' },
    func: { kind: 'flag', help: 'run the app with Azure Functions Core Tools (func start)' },
  },
  process.argv.slice(2),
);

// One press of Ctrl-C may arrive twice, from the terminal and from npm; only a later one is a second press.
const samePress = 500;

/** The first signal stops everything in order, the next one at once. */
function onSignals(stop: () => void, kill: () => void): void {
  let first: number | undefined;
  const signalled = () => {
    if (first === undefined) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > samePress) kill();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, signalled);
}

async function run(options: StackOptions): Promise<void> {
  const stopping = new AbortController();
  const killing = new AbortController();
  onSignals(
    () => stopping.abort(),
    () => {
      killing.abort();
      process.exit(130);
    },
  );
  // Whoever read our output is gone; so nobody sees us run.
  process.stdout.on('error', () => stopping.abort());
  console.log(`Starting in ${options.data}, on port ${options.port}`);
  const out = { say: (line: string) => console.log(line), warn: (line: string) => console.error(line) };
  try {
    await runStack(options, out, { stop: stopping.signal, kill: killing.signal });
    process.exit(0);
  } catch (thrown) {
    console.error(messageOf(thrown));
    process.exit(1);
  }
}

if (read.kind === 'help') console.log(read.text);
else if (read.kind === 'wrong') {
  console.error(read.message);
  process.exitCode = 2;
} else void run(read.values);
