import { iso } from '../../domain/alert-rows';
import type { Group } from '../../domain/debounce';
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

/** The records of one shard with what their groups count by now. */
export async function counted(log: ShardLog, rows: readonly Row[], how?: 'fresh'): Promise<Row[]> {
  const keys = rows.map(countingGroup);
  const wanted = keys.filter((key) => key !== undefined);
  if (wanted.length === 0) return [...rows];
  await log.know(wanted, how);
  return rows.map((row, i) => (keys[i] === undefined ? row : withCounts(row, log.memory.group(keys[i]))));
}

/** Where the log holds duplicates of a window that its group has forgotten. */
export function pagesColumn([first, last]: readonly [number | undefined, number | undefined]): Record<string, string> {
  return first === undefined || last === undefined ? {} : { pages: JSON.stringify([first, last]) };
}
