import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { messageOf } from '../start-error';

/*
 * Runs Azure Functions Core Tools (`func start`) in place of our own Functions host. It stands between the two because
 * `func` knows nothing of an IPC channel: here it is stopped when the start script is gone, however it went.
 */

const { values } = parseArgs({
  options: { root: { type: 'string' }, port: { type: 'string' }, auth: { type: 'boolean', default: false } },
});
const url = `http://localhost:${values.port ?? ''}`;
// On Windows `func` is a script of the shell.
const shell = process.platform === 'win32';
const func = spawn('func', ['start', '--port', values.port ?? '', ...(values.auth ? ['--enableAuth'] : [])], {
  cwd: values.root,
  shell,
  stdio: ['ignore', 'inherit', 'inherit'],
});

let stopping = false;
function stop(): void {
  stopping = true;
  func.kill('SIGTERM');
  setTimeout(() => func.kill('SIGKILL'), 10_000);
}
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, stop);

func.once('error', (error) => {
  console.error(`func could not be started: ${error.message}`);
  process.exit(1);
});
func.once('exit', (code) => process.exit(stopping ? 0 : (code ?? 1)));

/** `func` has no sign for "ready" but that it answers. */
async function untilItAnswers(): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const answered = await fetch(`${url}/admin/host/ping`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) {
      process.send?.({ type: 'ready', url, functionKey: '', masterKey: '' });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`func did not answer on ${url}`);
}

untilItAnswers().catch((thrown: unknown) => {
  console.error(messageOf(thrown));
  stop();
});
