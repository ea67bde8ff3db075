import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Only what answers requests runs: the other triggers would measure the storage and the hub. */
async function environment(root: string): Promise<NodeJS.ProcessEnv> {
  const triggered = (await readdir(join(root, 'functions'))).filter((file) => file.startsWith('on'));
  return {
    ...process.env,
    ...Object.fromEntries(triggered.map((file) => [`AzureWebJobs.${file.replace(/\.ts$/, '')}.Disabled`, 'true'])),
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    IOT_HUB_EVENTS: 'unused',
    IOT_HUB_EVENT_HUB_NAME: 'unused',
    IOT_HUB_CONSUMER_GROUP: 'unused',
  };
}

/** Milliseconds from the start of a host's process until the app in `app` has answered its first request, without storage. */
async function firstAnswer(root: string, app: string): Promise<number> {
  const host = join(root, 'dist', 'infra', 'local', 'functions-host', 'main.js');
  const env = await environment(root);
  const started = performance.now();
  const child = fork(host, ['--root', app, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (said += String(text)));
  const ended = once(child, 'exit');
  try {
    const early = ended.then(([code]) => Promise.reject(new Error(`The host ended with ${String(code)}: ${said}`)));
    const [{ url }] = (await Promise.race([once(child, 'message'), early])) as [{ url: string }];
    const response = await fetch(`${url}/api/data/v9.2/`);
    await response.text();
    if (!response.ok) throw new Error(`The first answer was ${response.status}.`);
    return performance.now() - started;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** Milliseconds. What else the machine does can only add to a time, so the best is what tells two programs apart. */
export interface Times {
  best: number;
  median: number;
}

/** Both in turn, so that whatever else the machine does meets both. */
export async function compareFirstAnswers(
  root: string,
  apps: { bundled: string; unbundled: string },
  rounds: number,
): Promise<{ bundled: Times; unbundled: Times }> {
  const times = { bundled: [] as number[], unbundled: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.unbundled.push(await firstAnswer(root, apps.unbundled));
    times.bundled.push(await firstAnswer(root, apps.bundled));
  }
  return { bundled: timesOf(times.bundled), unbundled: timesOf(times.unbundled) };
}

function timesOf(values: readonly number[]): Times {
  const sorted = values.toSorted((a, b) => a - b);
  return { best: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]! };
}
