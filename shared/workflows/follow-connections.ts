import { devicesAt, linksAskedFor, nextTurn } from '../domain/connected-devices';
import { ServiceError } from '../domain/errors';
import type { Row } from '../model/edm';
import type { OpenWorkList } from '../ports/open-work';
import type { RecordStore } from '../ports/record-store';
import { everyRecord } from './every-record';
import type { Followers, RecordChange } from './followers';
import { inTurns } from './in-turns';
import { modifiedBy } from '../domain/stamps';

export interface FollowDeps {
  records: RecordStore;
  openWork: OpenWorkList;
  now(): number;
}

/** A note is old when whoever made it must have been done with it. */
const patience = 60_000;

/** Notes that are read together, and how often that is done before the next minute. */
const notesAtOnce = 100;
const mostRounds = 20;
const devicesAtOnce = 8;

/** A race is lost only to somebody who wrote, so this bound is met by very many writers of one device only. */
const attempts = 50;

/**
 * Keeps a device's customer asset and account as its connections say, whenever one appears, changes or goes. The device is
 * noted before the connection is written, so that `settleConnections` does what a crash leaves undone.
 */
export function followConnections(deps: FollowDeps): Followers {
  const noted = new WeakMap<RecordChange, number>();
  return {
    announce: async (changes) => {
      const since = deps.now();
      for (const change of changes) {
        const devices = devicesIn(change);
        noted.set(change, since);
        await inTurns(devices, devicesAtOnce, async (key) => deps.openWork.note('connection', { key, since }));
      }
    },
    follow: async (changes) => {
      const since = new Map(changes.flatMap((change) => devicesIn(change).map((key) => [key, noted.get(change)])));
      await inTurns([...since], devicesAtOnce, async ([key, then]) => {
        await settleConnectionsOf(key, deps);
        if (then !== undefined) await deps.openWork.done('connection', { key, since: then });
      });
    },
  };
}

/** The devices that a connection ties, or tied until now. */
function devicesIn({ entity, before, after }: RecordChange): string[] {
  if (entity !== 'connection') return [];
  return [...new Set([before, after].flatMap((row) => (row ? devicesAt(row) : [])))];
}

/**
 * Finishes what was begun and not ended, and looks after devices of which a connection has begun or ended since. Answers the
 * ids of their records; to be called every minute.
 */
export async function settleConnections(deps: FollowDeps): Promise<string[]> {
  const now = deps.now();
  const unfinished = await settleNotes('connection', now - patience, deps);
  return [...unfinished, ...(await settleNotes('connection-time', now, deps))];
}

async function settleNotes(kind: 'connection' | 'connection-time', than: number, deps: FollowDeps): Promise<string[]> {
  const settled: string[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const notes = await deps.openWork.olderThan(kind, than, notesAtOnce);
    await inTurns(notes, devicesAtOnce, async (note) => {
      await settleConnectionsOf(note.key, deps);
      // A note of the next turn has taken the place of this one, and stays.
      await deps.openWork.done(kind, note);
      settled.push(note.key);
    });
    if (notes.length < notesAtOnce) break;
  }
  return settled;
}

/**
 * Sets the lookups of a device as its connections say by now, and notes when the next of them begins or ends. The device is
 * read before its connections, and both once more after a write, so that of several at once the last has seen everything.
 */
async function settleConnectionsOf(id: string, { records, openWork, now }: FollowDeps): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const device = await records.get('msdyn_iotdevice', id);
    if (!device) return;
    const connections = await connectionsOf(id, records);
    const links = linksAskedFor(device.row, connections, now());
    if (Object.keys(links).length === 0) {
      const turn = nextTurn(connections, now());
      if (turn !== undefined) await openWork.note('connection-time', { key: id, since: turn });
      return;
    }
    const row: Row = { ...device.row, ...links, ...modifiedBy(new Date(now()).toISOString()) };
    await records.replace('msdyn_iotdevice', row, device.etag);
  }
  throw new ServiceError('precondition-failed', `msdyn_iotdevices(${id}) is changed by too many callers. Try again.`);
}

/** All connections that a device is an end of. */
async function connectionsOf(id: string, records: RecordStore): Promise<Row[]> {
  const found = new Map<string, Row>();
  await Promise.all(
    ([1, 2] as const).map(async (end) => {
      const equals = { [`_record${end}id_value`]: id, [`ccs_record${end}table`]: 'msdyn_iotdevice' };
      for await (const { row } of everyRecord(records, 'connection', { equals })) {
        found.set(String(row['connectionid']), row);
      }
    }),
  );
  return [...found.values()];
}
