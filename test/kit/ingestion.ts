import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { parseGroupBy } from '../../shared/domain/group-key';
import type { HubEvent } from '../../shared/domain/hub-event';
import { makeId, shardOf } from '../../shared/domain/ids';
import type { Row } from '../../shared/model/edm';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import type { RecordStore } from '../../shared/ports/record-store';
import { silentTelemetry } from '../../shared/ports/telemetry';
import { deviceDirectory } from '../../shared/workflows/device-directory';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { together } from '../../shared/workflows/together';

export const start = Date.parse('2026-03-01T08:00:00Z');

/** Everything ingestion needs, on memory unless adapters are given. Time stands still. */
export function ingestionOn(
  adapters: { records: RecordStore; ledger: AlertLedger } = memoryAdapters(),
  more: Partial<IngestDeps> & { groupByText?: string } = {},
): IngestDeps {
  const now = () => start;
  const groupBy = parseGroupBy(more.groupByText ?? 'alert.msdyn_deviceid');
  const devices = deviceDirectory(adapters.records, { maxAge: 0, groupBy, now });
  return {
    ...adapters,
    devices,
    rules: { span: 60_000, mode: 'fixed', maxAge: 3_600_000 },
    groupBy,
    speakForOthers: true,
    joinOpenTicket: true,
    progress: new Map(),
    together: together(),
    telemetry: silentTelemetry,
    now,
    ...more,
  };
}

function memoryAdapters() {
  const records = memoryRecordStore();
  return { records, ledger: memoryAlertLedger(records) };
}

/** A record with an id made from its name. Returns the id. */
export async function seed(records: RecordStore, name: EntityName, label: string, row: Row): Promise<string> {
  const id = makeId({ time: start, shard: shardOf(label), seed: `${name} ${label}` });
  const { key, primaryName } = entity(name);
  const result = await records.insert(name, { [key]: id, [primaryName]: label, statecode: 0, statuscode: 1, ...row });
  if (result.kind !== 'inserted') throw new Error(`${label} exists`);
  return id;
}

/** A hub event; a body that is not bytes is sent as JSON. The hub takes one a second. */
export function event(sequence: number, body: unknown, more: Partial<HubEvent> = {}): HubEvent {
  return {
    sequence,
    enqueued: start + sequence * 1000,
    connectionDeviceId: undefined,
    messageId: undefined,
    messageSource: 'Telemetry',
    body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
    ...more,
  };
}

/** An alert record as a rule engine sends it. */
export function alertRecord(deviceid: string, more: Row = {}): Row {
  return { deviceid, readingtype: 'Temperature', reading: 80, threshold: 70, ruleoutput: 'AlarmTemp', ...more };
}

/** All records of a table, newest first. */
export async function all(records: RecordStore, name: EntityName): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ;) {
    const page = await records.list(name, { limit: 1000, ...(after !== undefined && { after }) });
    rows.push(...page.records.map(({ row }) => row));
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

/** Alerts, cases, work orders and parked messages: what must be the same however often events are delivered. */
export async function everything(records: RecordStore) {
  const names = ['msdyn_iotalert', 'incident', 'msdyn_workorder', 'ccs_parkedmessage'] as const;
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await all(records, name)] as const)));
}
