import { identityOf } from '../domain/fold';
import { groupKeyOf } from '../domain/group-key';
import { shardCount, shardOf } from '../domain/ids';
import type { Row } from '../model/edm';
import type { Alert } from '../model/entities';
import type { IngestDeps } from './ingest-events';
import { factsOf } from './known-device';
import { incomingOf } from './posted-alert';
import { idsOfRepeats } from './repeated-alerts';
import { settleAlerts } from './settle-alerts';
import type { Batch } from './settle-alerts';
import { idsTold, keyInUse } from './settle-requests';

/**
 * Creates many alerts over the Web API by the way of those of a hub: each device is looked up once, and a shard's alerts
 * are one commit. Answers their ids, in order.
 */
export async function postAlerts(
  rows: readonly Row[],
  request: Batch['request'],
  deps: IngestDeps,
  unique: () => string,
): Promise<string[]> {
  const earlier = await claimed(request, deps);
  const alerts = rows as readonly Alert[];
  const devices = deps.devices.open();
  const known = await devices.find(new Set(alerts.flatMap(({ msdyn_deviceid: id }) => id ?? [])));
  // All of one request are created at the same moment.
  const created = Date.parse(alerts[0]?.createdon ?? '');
  const facts = new Map([...known].map(([deviceId, device]) => [deviceId, factsOf(device)]));
  const arrivals = alerts.map((alert, index): Batch['arrivals'][number] => {
    const deviceId = alert.msdyn_deviceid ?? '';
    const { device, category } = known.get(deviceId) ?? {};
    const groupKey = deviceId ? groupKeyOf(deps.groupBy, { alert, device, category }, deviceId) : null;
    const { msdyn_alerttoken: token } = alert;
    const incoming = incomingOf(alert, deviceId, created);
    // Without a key for the whole request, each token is one: an alert that comes again is the one that was there.
    const isEvent = !request && Boolean(token && deviceId);
    if (isEvent) incoming.token = token!;
    return {
      id: '',
      alert: incoming,
      identity: isEvent ? identityOf(incoming) : null,
      groupKey,
      position: null,
      packs: true,
      device: facts.get(deviceId) ?? null,
      target: { index, created },
      shard: shardOf(groupKey ?? request?.key ?? unique()),
      ...(isEvent && !alert.msdyn_alerttime && { untimed: true }),
      ...(!isEvent && token && { columns: { msdyn_alerttoken: token } }),
    };
  });
  const open = arrivals.filter(({ target }) => !earlier.has(target!.index));
  const { ids, repeats } = await settleAlerts({ arrivals: open, request }, devices, deps);
  const repeated = repeats.map((index) => arrivals[index]!);
  const again = await idsOfRepeats(repeated, devices, deps);
  return arrivals.map((_, index) => earlier.get(index) ?? ids.get(index) ?? again.get(index)!);
}

/**
 * Keeps the request's name for it, and answers what earlier tries have written. Refused before anything is written when the
 * name is another request's: two of them at the same moment would share the shards between them.
 */
async function claimed(request: Batch['request'], deps: IngestDeps): Promise<Map<number, string>> {
  if (!request) return new Map();
  const { kind } = await deps.ledger.claim(request.key, request.body);
  if (kind === 'other') throw keyInUse();
  return kind === 'first' ? new Map() : writtenBefore(request, deps);
}

/** What earlier tries of the request have written; in any shard, because groups may have moved since. */
export async function writtenBefore(
  request: Batch['request'],
  { ledger }: Pick<IngestDeps, 'ledger'>,
): Promise<Map<number, string>> {
  if (!request) return new Map();
  const shards = Array.from({ length: shardCount }, (_, shard) => ledger.receipts(shard, request.key));
  return idsTold((await Promise.all(shards)).flat(), request);
}

/** Columns that an alert may have to go this way; the rest is what every new alert has. */
export const postable: ReadonlySet<string> = new Set([
  'msdyn_description',
  'msdyn_alertdata',
  'msdyn_alerttime',
  'msdyn_alerttoken',
  'msdyn_alerttype',
  'msdyn_deviceid',
]);
