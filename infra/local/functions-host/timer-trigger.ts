import { Cron } from 'croner';
import type { Listener } from './event-hub-trigger';
import { optionOf, triggerOf } from './binding';
import type { RegisteredFunction } from './functions-core';
import type { Invoker } from './invocation';
import type { Log } from './log';
import { runWithRetry } from './retry-policy';
import { resolveNames } from './settings';
import { StartError } from './start-error';
import { parseTimeSpan } from './time-span';

export interface TimerTrigger extends Listener {
  run(): Promise<void>;
}

// setTimeout takes no more than 31 bits of milliseconds.
const longestWaitMs = 2 ** 31 - 1;

/** Runs a function by an NCRONTAB expression of five or six fields or every TimeSpan; a run never overlaps the last one. */
export function createTimerTrigger(target: RegisteredFunction, invoker: Invoker, log: Log): TimerTrigger {
  const { name: bindingName, binding } = triggerOf(target);
  const { name } = target.metadata;
  const next = scheduleOf(resolveNames(optionOf(binding, 'schedule'), `Function "${name}"`), name);
  const stopping = new AbortController();
  let last = new Date();
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    const started = new Date();
    const status = { Last: last, Next: next(started), LastUpdated: last };
    last = started;
    const json = JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: false });
    const ended = await runWithRetry(
      target.metadata.retryOptions,
      (retryContext) => invoker.invoke(target, { inputData: [{ name: bindingName, data: { json } }], retryContext }),
      stopping.signal,
    );
    if (ended.outcome === 'failed') throw ended.error;
  }

  // The next run is computed when the last has ended: what was missed meanwhile is skipped.
  function plan(): void {
    if (stopping.signal.aborted) return;
    const due = next(new Date());
    if (!due) return;
    const waitMs = due.getTime() - Date.now();
    timer = setTimeout(() => (waitMs > longestWaitMs ? plan() : void runAndPlan()), Math.min(waitMs, longestWaitMs));
  }

  async function runAndPlan(): Promise<void> {
    await run().catch(() => undefined);
    plan();
  }

  return {
    run,
    start: async () => {
      if (binding['runOnStartup'] === true) void runAndPlan();
      else plan();
      log('debug', 'Host', `${name}: next run ${next(new Date())?.toISOString() ?? 'never'}`);
    },
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
    },
  };
}

function scheduleOf(schedule: string, name: string): (after: Date) => Date | null {
  const every = parseTimeSpan(schedule);
  if (every) return (after) => new Date(after.getTime() + every);
  const fields = schedule.trim().split(/\s+/).length;
  try {
    if (fields < 5 || fields > 6) throw new Error('it must have five or six fields');
    // NCRONTAB wants both the day of the month and the day of the week to match.
    const cron = new Cron(fields === 5 ? `0 ${schedule}` : schedule, {
      paused: true,
      domAndDow: true,
      timezone: process.env['WEBSITE_TIME_ZONE'] || 'UTC',
    });
    return (after) => cron.nextRun(after);
  } catch (error) {
    throw new StartError(`Function "${name}": the schedule "${schedule}" is wrong: ${(error as Error).message}`);
  }
}
