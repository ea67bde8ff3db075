import type { Row } from '../model/edm';
import type { AlertLedger, Entry } from '../ports/alert-ledger';
import type { Attributes, Telemetry } from '../ports/telemetry';

/** A ledger whose reads and commits are steps of a trace, and which counts what was committed. `clock` is in milliseconds. */
export function watchLedger(ledger: AlertLedger, telemetry: Telemetry, clock: () => number): AlertLedger {
  return {
    ...ledger,
    read: async (shard, ...question) =>
      telemetry.step('ccs.read', { 'ccs.shard': shard }, async () => ledger.read(shard, ...question)),
    commit: async (shard, entry, version) => {
      const alerts = alertsIn(entry);
      const about = { 'ccs.shard': shard, 'ccs.alerts': alerts.length + entry.packed.length };
      return telemetry.step('ccs.commit', about, async (tell) => {
        const began = clock();
        const result = await ledger.commit(shard, entry, version);
        const outcome = { 'ccs.outcome': result.kind };
        tell(outcome);
        telemetry.measure('ccs.commit.duration', (clock() - began) / 1000, outcome);
        if (result.kind === 'committed') {
          countAlerts(alerts, entry.packed.length, telemetry);
          await tellTickets(entry, telemetry);
        }
        return result;
      });
    },
  };
}

function alertsIn({ inserts }: Entry): Row[] {
  return inserts.flatMap(({ entity, row }) => (entity === 'msdyn_iotalert' ? [row] : []));
}

function countAlerts(rows: readonly Row[], packed: number, telemetry: Telemetry): void {
  const parents = rows.filter((row) => (row['_msdyn_parentalert_value'] ?? null) === null).length;
  const duplicates = rows.length - parents + packed;
  if (parents + duplicates > 0) telemetry.count('ccs.alerts', parents + duplicates);
  if (parents > 0) telemetry.count('ccs.parents', parents);
  if (duplicates > 0) telemetry.count('ccs.duplicates', duplicates);
}

async function tellTickets(entry: Entry, telemetry: Telemetry): Promise<void> {
  const devices = new Map(alertsIn(entry).map((row) => [row['msdyn_iotalertid'], row['msdyn_deviceid']]));
  for (const { entity, row } of entry.inserts) {
    if (entity !== 'incident' && entity !== 'msdyn_workorder') continue;
    telemetry.count(entity === 'incident' ? 'ccs.cases' : 'ccs.work_orders', 1);
    await telemetry.step('ccs.ticket', ticketIds(row, devices), async () => undefined);
  }
}

function ticketIds(row: Row, devices: ReadonlyMap<Row[string], Row[string]>): Attributes {
  const parent = row['_msdyn_iotalert_value'];
  const ids = {
    'ccs.parent': parent,
    'ccs.device': devices.get(parent),
    'ccs.case': row['incidentid'],
    'ccs.work_order': row['msdyn_workorderid'],
  };
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => typeof id === 'string'));
}
