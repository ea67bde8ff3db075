import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import type { Row } from '../../shared/model/edm';
import type { Alert } from '../../shared/model/entities';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import type { RecordStore } from '../../shared/ports/record-store';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { ingestionOn, start } from './ingestion';

let made = 0;

export function memoryAdapters(): { records: RecordStore; ledger: AlertLedger } {
  const records = memoryRecordStore();
  return { records, ledger: memoryAlertLedger(records) };
}

/** What the actions on alerts need, and alerts to call them on: with `parentOnCreate: false` each stays a parent. */
export function actionsOn(adapters = memoryAdapters(), { parentOnCreate = false, ...more } = {}) {
  const ingestion = ingestionOn(adapters);
  const deps = { ...ingestion, timespan: { min: 60, max: 180 }, oneAtATime: oneAtATime(), ...more };
  const writes = groupedAlertWrites(ingestion, () => `unique ${(made += 1)}`, { parentOnCreate, ...deps });
  const alertsOf = async (deviceId: string): Promise<Alert[]> => {
    const equals = { msdyn_deviceid: deviceId };
    const rows: Alert[] = [];
    for (let after: string | undefined; ;) {
      const page = await adapters.records.list('msdyn_iotalert', { equals, limit: 1000, ...(after && { after }) });
      rows.push(...page.records.map(({ row }) => row));
      if (page.next === undefined) return rows;
      after = page.next;
    }
  };
  return {
    ...adapters,
    deps,
    writes,
    alertsOf,
    /** An alert of a device, some seconds after the start; returns its id. */
    alert: async (deviceId: string, seconds: number, columns: Row = {}): Promise<string> => {
      const time = new Date(start + seconds * 1000).toISOString();
      const batch = writes.open();
      const prepared = await batch.prepare({
        msdyn_description: `${deviceId} at ${seconds}`,
        msdyn_deviceid: deviceId,
        msdyn_alerttime: time,
        msdyn_alerttype: 192350000,
        statecode: 0,
        statuscode: 1,
        createdon: new Date(start).toISOString(),
        modifiedon: new Date(start).toISOString(),
        ...columns,
      });
      const [settled] = await batch.settle([prepared]);
      return String(settled!.row['msdyn_iotalertid']);
    },
    alertNow: async (id: string): Promise<Alert> => (await adapters.records.get('msdyn_iotalert', id))!.row,
  };
}

/** Fails unless the tree of these alerts is one level deep and every count is exact. */
export function expectExactTree(alerts: readonly Alert[]): void {
  const byId = new Map(alerts.map((alert) => [alert.msdyn_iotalertid!, alert]));
  for (const alert of alerts) {
    const children = alerts.filter((each) => each._msdyn_parentalert_value === alert.msdyn_iotalertid);
    expect([alert.msdyn_description, alert.ccs_duplicatecount ?? 0]).toEqual([
      alert.msdyn_description,
      children.length,
    ]);
    const parent = alert._msdyn_parentalert_value;
    if (!parent) continue;
    expect(children).toEqual([]);
    expect(byId.get(parent)!._msdyn_parentalert_value ?? null).toBeNull();
  }
}

/** Parents that are open and within `span` seconds of each other: there must never be two. */
export function rivals(alerts: readonly Alert[], span: number): [Alert, Alert][] {
  const parents = alerts.filter((alert) => !alert._msdyn_parentalert_value && alert.statecode !== 3);
  const time = (alert: Alert) => Date.parse(alert.msdyn_alerttime!);
  return parents.flatMap((a, i) =>
    parents.slice(i + 1).flatMap((b): [Alert, Alert][] => (Math.abs(time(a) - time(b)) <= span * 1000 ? [[a, b]] : [])),
  );
}
