import { iso } from '../../domain/alert-rows';
import type { Group } from '../../domain/group';
import type { Row } from '../../model/edm';
import type { ShardLog } from './shard-log';

/*
 * What a primary alert counts is in its group, as long as the group remembers the alert, and in its row afterwards.
 */

/** The properties that follow from the group, and those that tell which group it is. */
export const countedProperties = ['ccs_duplicatecount', 'ccs_lastalerttime'];
export const countedBy = ['msdyn_iotalertid', '_msdyn_parentalert_value', 'ccs_groupkey', ...countedProperties];

/** The group that counts the duplicates of an alert; undefined for what is no primary alert. */
export function countingGroup(row: Row): string | undefined {
  const { ccs_groupkey: groupKey, _msdyn_parentalert_value: parent } = row;
  return typeof groupKey === 'string' && groupKey !== '' && !parent ? groupKey : undefined;
}

/** The record with what its group counts by now. */
export function withCounts(row: Row, group: Group): Row {
  const window = group.windows.find(({ parent }) => parent === row['msdyn_iotalertid']);
  if (!window || window.duplicates === (row['ccs_duplicatecount'] ?? 0)) return row;
  return { ...row, ccs_duplicatecount: window.duplicates, ccs_lastalerttime: iso(window.latest) };
}

interface Rounds {
  running: Promise<void>;
  next?: Promise<void>;
}

const rounds = new WeakMap<ShardLog, Rounds>();

/**
 * Takes in what was written to a shard by now. Many that ask at the same time, as for the names of a page, share rounds: who
 * asks while one is running waits for the next, because what it looks at may be older than the question.
 */
async function upToDate(log: ShardLog): Promise<void> {
  const known = rounds.get(log);
  if (known) return (known.next ??= known.running.catch(() => undefined).then(async () => round(log)));
  return round(log);
}

async function round(log: ShardLog): Promise<void> {
  const mine: Rounds = { running: log.know([], 'fresh') };
  rounds.set(log, mine);
  const isLast = () => rounds.get(log) === mine && !mine.next;
  try {
    await mine.running;
  } finally {
    if (isLast()) rounds.delete(log);
  }
}

/** The records of one shard with what their groups count by now. */
export async function counted(log: ShardLog, rows: readonly Row[], how?: 'fresh'): Promise<Row[]> {
  const keys = rows.map(countingGroup);
  const wanted = keys.filter((key) => key !== undefined);
  if (wanted.length === 0) return [...rows];
  if (how === 'fresh') await upToDate(log);
  await log.know(wanted);
  return rows.map((row, i) => (keys[i] === undefined ? row : withCounts(row, log.memory.group(keys[i]))));
}

/** Where the log holds duplicates of a window that its group has forgotten. */
export function pagesColumn([first, last]: readonly [number | undefined, number | undefined]): Record<string, string> {
  return first === undefined || last === undefined ? {} : { pages: JSON.stringify([first, last]) };
}
