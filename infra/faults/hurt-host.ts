import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { forkChild } from '../local/children';
import type { Child } from '../local/children';
import type { Delivery, HostReport } from './host';
import { signal } from './signal';

/** A host that can be killed, frozen and started again. */
export interface HurtHost {
  /** Where its Web API is; undefined while it is not up. */
  url(): string | undefined;
  /** Starts it, again and again when it cannot start, e.g. because the storage is away. */
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Whether the host has settled the batch; false when it failed or died. */
  deliver(partition: string, events: Delivery['events']): Promise<boolean>;
  /** Ends it for good. */
  close(): Promise<void>;
}

interface HurtHostOptions {
  /** Folder with host.json, package.json and the compiled app. */
  app: string;
  settings: Record<string, string>;
  /** Where its output goes. */
  log: string;
}

interface Running {
  child: Child;
  url: string;
  waiting: Map<number, (settled: boolean) => void>;
}

const pauseAfterFailure = 300;

export function hurtHost({ app, settings, log }: HurtHostOptions): HurtHost {
  const output = createWriteStream(log, { flags: 'a' });
  let running: Running | undefined;
  let starting: Promise<void> | undefined;
  const closing = new AbortController();
  let asked = 0;

  async function tryToStart(): Promise<Running | undefined> {
    const waiting: Running['waiting'] = new Map();
    let becameReady: (url: string) => void;
    const ready = new Promise<string>((resolve) => (becameReady = resolve));
    const child = forkChild({
      module: join(__dirname, 'host.js'),
      args: [app],
      env: settings,
      patience: 15_000,
      onLine: (line) => output.write(`${line}\n`),
      onMessage: (message) => {
        const report = message as HostReport;
        if (report.type === 'ready') becameReady(report.url);
        else waiting.get(report.id)?.(report.failure === null);
      },
    });
    const dead = child.ended.then(() => undefined);
    void dead.then(() => {
      for (const answer of waiting.values()) answer(false);
      if (running?.child !== child) return;
      // Nobody asked it to: it is started again, as in Azure.
      running = undefined;
      void start();
    });
    const url = await Promise.race([ready, dead]);
    return url === undefined ? undefined : { child, url, waiting };
  }

  async function end(how: (child: Child) => unknown): Promise<void> {
    const { child } = running ?? {};
    if (!child) return;
    running = undefined;
    how(child);
    await child.ended;
  }

  async function keepTrying(): Promise<void> {
    while (!running && !closing.signal.aborted) {
      running = await tryToStart();
      if (!running) await new Promise((wait) => setTimeout(wait, pauseAfterFailure));
    }
  }

  // Two may ask for it at once, of whom only one may start a process.
  async function start(): Promise<void> {
    starting ??= keepTrying().finally(() => (starting = undefined));
    await starting;
  }

  return {
    url: () => running?.url,
    start,
    kill: () => end((child) => child.kill()),
    stop: () => end((child) => child.stop()),
    freeze: () => signal(running?.child.pid, 'SIGSTOP'),
    thaw: () => signal(running?.child.pid, 'SIGCONT'),
    close: async () => {
      closing.abort();
      await starting;
      await end((child) => child.kill());
      output.end();
    },
    deliver: async (partition, events) => {
      if (!running) return false;
      const { child, waiting } = running;
      const id = (asked += 1);
      const answer = new Promise<boolean>((resolve) => waiting.set(id, resolve));
      child.tell({ id, partition, events } satisfies Delivery);
      return answer.finally(() => waiting.delete(id));
    },
  };
}
