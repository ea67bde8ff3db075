import { answering, healthOf, lagFinding, parkedFinding, queueFinding } from '../domain/health';
import type { Finding, Health } from '../domain/health';
import { queues } from '../model/queues';
import type { DeviceTwins } from '../ports/device-twins';
import type { IngestMarks } from '../ports/ingest-marks';
import type { QueueLengths } from '../ports/queue-lengths';
import type { RecordStore } from '../ports/record-store';

export interface HealthDeps {
  records: RecordStore;
  /** Undefined when no hub is set up. */
  twins: Pick<DeviceTwins, 'read'> | undefined;
  queues: QueueLengths;
  marks: IngestMarks;
  version: string;
  /** What the work came to, or `late` when it is not done soon. */
  soon<T>(work: Promise<T>): Promise<{ value: T } | 'late'>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Beyond this the exact number of parked messages says nothing more. */
const mostParked = 100;

/** A Device ID that nobody has: to hear of it that there is none is an answer of the hub. */
const nobody = 'health-of-connected-customer-service';

const storageAdvice =
  'Is the storage account there, and may the identity of the app use it? Nothing is lost: events wait in the hub.';
const hubAdvice = 'Is the IoT Hub there, and may the identity of the app use it? Registrations and commands wait.';

/** Asks each part how it is, all at once; none is waited for longer than it should take. */
export async function lookAtHealth(deps: HealthDeps): Promise<Health & { version: string; checked: string }> {
  const found = await Promise.all([
    storage(deps),
    hub(deps),
    ...queues.map(async (name) => queue(name, deps)),
    lag(deps),
  ]);
  return { ...healthOf(found.flat()), version: deps.version, checked: new Date(deps.now()).toISOString() };
}

/** The parked messages are read to see whether the storage answers, and how many there are. */
async function storage(deps: HealthDeps): Promise<Finding[]> {
  const parked = await asked(deps.records.list('ccs_parkedmessage', { limit: mostParked, properties: [] }), deps);
  const answer = answering('storage', parked?.milliseconds, storageAdvice);
  if (!parked) return [answer];
  const { records, next } = parked.value;
  return [answer, parkedFinding(records.length, next !== undefined)];
}

async function hub(deps: HealthDeps): Promise<Finding[]> {
  if (!deps.twins) return [{ part: 'hub', state: 'off', says: 'is not set up for registrations and commands' }];
  return [answering('hub', (await asked(deps.twins.read(nobody), deps))?.milliseconds, hubAdvice)];
}

async function queue(name: string, deps: HealthDeps): Promise<Finding[]> {
  const lengths = await asked(Promise.all([deps.queues.length(name), deps.queues.length(`${name}-poison`)]), deps);
  return [lengths ? queueFinding(name, ...lengths.value) : answering(`queue ${name}`, undefined, storageAdvice)];
}

async function lag(deps: HealthDeps): Promise<Finding[]> {
  const marks = await asked(deps.marks.all(), deps);
  if (!marks) return [];
  if (marks.value.length === 0) return [{ part: 'hub events', state: 'off', says: 'none were dealt with yet' }];
  return marks.value.map((mark) => lagFinding(mark, deps.now()));
}

/** The answer and how long it took; undefined when there was none. Why is for the log of whoever needs the part. */
async function asked<T>(
  work: Promise<T>,
  { soon, now }: HealthDeps,
): Promise<{ value: T; milliseconds: number } | undefined> {
  const began = now();
  const answer = await soon(work).catch(() => 'failed' as const);
  return typeof answer === 'object' ? { value: answer.value, milliseconds: now() - began } : undefined;
}
