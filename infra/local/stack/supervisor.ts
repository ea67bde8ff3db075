import type { ChildProcess } from 'node:child_process';
import { openLog } from './child-log';
import type { ChildLog } from './child-log';
import { diedError, forkChild, watchChild } from '../children';
import type { Child } from '../children';
import { StartError } from '../start-error';

/** One of the processes of a stack, by what it is called in messages and what its log is called. */
export interface Role {
  title: string;
  log: string;
  /** The higher, the earlier it is stopped. */
  rank: number;
  /** How long it may take to end, in milliseconds. */
  patience: number;
  /** It may end by itself, with code 0, without that being a failure. */
  brief?: boolean;
  onLine?: (line: string) => void;
}

interface Program {
  module: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  execArgv?: readonly string[];
  /** Messages after `ready`. */
  onMessage?: (message: { type?: string }) => void;
}

/** Starts the processes of a stack, notices when one dies, and stops them in order. */
export interface Supervisor {
  /** Starts a module of ours and resolves with its `ready` message; fails when it ends before that. */
  launch(role: Role, program: Program): Promise<{ child: Child; ready: unknown }>;
  /** Takes charge of a process that makes itself known in another way. */
  adopt(role: Role, child: ChildProcess): Child;
  /** Fails when a child dies that nobody asked to. Never resolves. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
  kill(): void;
}

export function createSupervisor(logs: string): Supervisor {
  const running = new Map<Child, Role>();
  let stopping = false;
  let reportDeath: ((error: StartError) => void) | undefined;
  const died = new Promise<never>((_, reject) => (reportDeath = reject));
  died.catch(() => undefined); // whoever waits for it hears of it

  function supervise(
    role: Role,
    start: (onLine: (line: string) => void) => Child,
    failed: (error: StartError) => void,
  ) {
    if (stopping) throw new StartError(`${role.title} is not started any more`);
    const log = openLog(logs, role.log);
    const child = start((line) => {
      log.write(line);
      role.onLine?.(line);
    });
    running.set(child, role);
    void seeOff(child, role, log, failed);
    return child;
  }

  async function seeOff(child: Child, role: Role, log: ChildLog, failed: (error: StartError) => void): Promise<void> {
    const ending = await child.ended;
    running.delete(child);
    log.close();
    const error = diedError(role.title, ending, log.lastLines(), log.path);
    failed(error);
    if (!stopping && !(role.brief && ending.code === 0)) reportDeath?.(error);
  }

  return {
    died,
    launch: (role, { onMessage, ...program }) =>
      new Promise((resolve, reject) => {
        const child = supervise(
          role,
          (onLine) =>
            forkChild({
              ...program,
              patience: role.patience,
              onLine,
              onMessage: (message) => {
                if ((message as { type?: string }).type === 'ready') resolve({ child, ready: message });
                else onMessage?.(message as { type?: string });
              },
            }),
          reject,
        );
      }),
    adopt: (role, child) => {
      if (stopping) child.kill('SIGKILL'); // it has done nothing yet
      return supervise(
        role,
        (onLine) => watchChild(child, { patience: role.patience, onLine }),
        () => undefined,
      );
    },
    stop: async () => {
      stopping = true;
      const ranked = [...running].toSorted(([, a], [, b]) => b.rank - a.rank);
      for (const [child] of ranked) await child.stop();
    },
    kill: () => {
      stopping = true;
      for (const child of running.keys()) child.kill();
    },
  };
}
