import { ServiceError } from '../domain/errors';
import { makeId, shardOf } from '../domain/ids';
import { pulledAtOnce } from '../ports/device-data-request';
import type { DeviceDataRequest } from '../ports/device-data-request';
import type { OpenWorkList } from '../ports/open-work';
import type { WorkQueue } from '../ports/work-queue';

export interface DataRequestDeps {
  pulls: WorkQueue<DeviceDataRequest>;
  openWork: OpenWorkList;
  /** Milliseconds since 1970. */
  now(): number;
}

/** How old a note is, in milliseconds, when its message counts as lost. A message takes a few seconds. */
const noteIsOld = 30_000;

/** Longer than any request is tried. */
const tooOld = 2 * 3_600_000;

const most = 100;

/** Asks for the data of devices, as many messages as it takes. The same request asked for again is the same. */
export async function requestData(
  devices: readonly string[],
  { request, requested }: Pick<DeviceDataRequest, 'request' | 'requested'>,
  deps: DataRequestDeps,
): Promise<void> {
  for (let from = 0; from < devices.length; from += pulledAtOnce) {
    const seed = `data of ${request} from ${from}`;
    const note = makeId({ time: requested, shard: shardOf(seed), seed });
    const part = devices.slice(from, from + pulledAtOnce);
    await handOn({ request, requested, devices: part, note, since: deps.now() }, deps);
  }
}

/**
 * Notes a request and tells the queue of it, to be seen after so many seconds. A queue that cannot be reached costs a minute:
 * then the note is found.
 */
export async function handOn(
  task: DeviceDataRequest,
  { pulls, openWork }: DataRequestDeps,
  afterSeconds = 0,
): Promise<void> {
  const later = { ...task, since: task.since + afterSeconds * 1000 };
  await openWork.note('data', { key: task.note, since: later.since, about: JSON.stringify(later) });
  try {
    await pulls.add(later, afterSeconds);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'queue-unreachable')) throw error;
  }
}

/** Hands on once more what nobody was done with in time: whoever had its message was killed. Answers how many. */
export async function takeUpData(deps: DataRequestDeps): Promise<number> {
  const old = await deps.openWork.olderThan('data', deps.now() - noteIsOld, most);
  for (const note of old) {
    const task = JSON.parse(note.about!) as DeviceDataRequest;
    const isOver = deps.now() - task.requested > tooOld;
    await (isOver ? deps.openWork.done('data', note) : handOn({ ...task, since: deps.now() }, deps));
  }
  return old.length;
}
