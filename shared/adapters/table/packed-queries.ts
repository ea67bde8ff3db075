import type { TableClient } from '@azure/data-tables';
import { idTimes } from '../../domain/id-times';
import { placeInId } from '../../domain/ids';
import { alertState, alertStatus } from '../../model/choices';
import type { Scalar } from '../../model/edm';
import type { ListRequest } from '../../ports/record-store';
import { counted } from './derived-counts';
import { hashesWanted } from './asked-by';
import { find } from './find-row';
import { wholeLog } from './log-reader';
import type { LogQuery } from './log-reader';
import { logRowKey } from './log-row';
import { partitions, rowKeyOf } from './placement';
import type { KeyRange } from './placement';
import { findPlace } from './reserved-ids';
import { fromEntity } from './row';
import type { ShardLogs } from './shard-log';

/** Which rows of which shards' logs a list of alerts has to look at, by shard. */
type PackedQueries = Map<number, Omit<LogQuery, 'keys'>>;

interface Setting {
  logs: ShardLogs;
}

/** Log rows that one page of a log holds. Each holds up to a thousand alerts. */
const mostLogRows = 32;
const alertsInLogRow = 50;

export async function packedQueries(
  client: TableClient,
  request: ListRequest,
  setting: Setting,
): Promise<PackedQueries> {
  const { equals = {}, between = {}, after } = request;
  const last = after === undefined ? undefined : placeInId(after);
  // Behind ids that callers chose there are only such.
  if (!mayBePacked(equals) || (after !== undefined && !last)) return new Map();
  const times = idTimes('msdyn_iotalert', between['createdon'] ?? {});
  const common = {
    after: after === undefined ? '' : rowKeyOf('msdyn_iotalert', after),
    from: times.from ?? 0,
    to: Math.min(times.to ?? Number.MAX_SAFE_INTEGER, last?.time ?? Number.MAX_SAFE_INTEGER),
    pageSizes: pageSizesFor(request),
    hashes: hashesWanted(request),
  };
  const parent = equals['_msdyn_parentalert_value'];
  if (typeof parent !== 'string') {
    return new Map(partitions.map((_, shard) => [shard, { ...common, range: wholeLog }]));
  }
  const found = await pagesOf(client, parent, setting);
  return new Map(found && [[found.shard, { ...common, range: found.range }]]);
}

function pageSizesFor({ limit, matches, between = {} }: ListRequest): number[] {
  const first = Math.min(Math.ceil(limit / alertsInLogRow), mostLogRows);
  // Where few alerts may pass, each page is larger than the one before.
  const isSearch = matches !== undefined || Object.keys(between).length > 0;
  return isSearch ? [first, Math.min(4 * first, mostLogRows), mostLogRows] : [first];
}

/** Values that every alert without a row of its own has. */
const fixed: Readonly<Record<string, Scalar>> = {
  statecode: alertState.Active,
  statuscode: alertStatus.Active,
};

/** Properties that they may have. */
const possible = new Set(
  [
    ['msdyn_iotalertid', 'msdyn_description', 'msdyn_alertdata', 'msdyn_alerttime', 'msdyn_alerttoken'],
    ['msdyn_alerttype', '_msdyn_device_value', 'msdyn_deviceid', '_msdyn_customerasset_value', 'ccs_readingtype'],
    ['ccs_reading', 'ccs_threshold', 'ccs_ruleoutput', 'ccs_reason', 'ccs_groupkey', 'ccs_lastalerttime'],
    ['statecode', 'statuscode', 'createdon', 'modifiedon', '_msdyn_parentalert_value'],
  ].flat(),
);

function mayBePacked(equals: Readonly<Record<string, Scalar>>): boolean {
  return Object.entries(equals).every(([property, value]) => {
    if (property in fixed) return fixed[property] === value;
    if (property === '_msdyn_parentalert_value') return value !== null;
    return value === null || possible.has(property);
  });
}

/** The pages of the log that hold a primary alert's duplicates; undefined when none do. */
async function pagesOf(
  client: TableClient,
  id: string,
  { logs }: Setting,
): Promise<{ shard: number; range: KeyRange } | undefined> {
  const place = await findPlace(client, 'msdyn_iotalert', id);
  const stored = await find(client, place.partitionKey, place.rowKey);
  if (!stored) return undefined;
  const shard = partitions.indexOf(place.partitionKey);
  const log = logs(shard);
  const [row] = await counted(log, [fromEntity('msdyn_iotalert', stored)], 'fresh');
  const { ccs_duplicatecount: count, ccs_groupkey: groupKey } = row!;
  if (!count) return undefined;
  const window = log.memory.group(String(groupKey)).windows.find(({ parent }) => parent === id);
  if (window) return window.pages && { shard, range: rangeOf(window.pages) };
  const pages = stored['pages'] as string | undefined;
  // A record that was replaced since has lost them.
  return { shard, range: pages === undefined ? wholeLog : rangeOf(JSON.parse(pages) as [number, number]) };
}

function rangeOf([first, last]: readonly [number, number]): KeyRange {
  return { from: logRowKey(last), to: logRowKey(first - 1) };
}
