import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import type { TableEntity, TransactionAction } from '@azure/data-tables';
import { placeOf } from '../../../shared/adapters/table/placement';
import { toEntity } from '../../../shared/adapters/table/row';
import { alertRow, ticketColumns, ticketRow } from '../../../shared/domain/alert-rows';
import { makeId } from '../../../shared/domain/ids';
import { understand } from '../../../shared/domain/incoming';
import { explain } from '../../../shared/domain/reasons';
import type { Row } from '../../../shared/model/edm';
import { entity } from '../../../shared/model/entities';
import type { Alert, EntityName } from '../../../shared/model/entities';
import { batchesOf, deviceIdOf } from '../workload';
import type { BenchAlert } from '../workload';
import { bodyOf } from './ours-event';
import { leaveAsUsed } from './used-store';
import type { Subject, Surroundings, Work } from './subject';
import { ownUsage } from './usage';

/** A loop of single inserts: one row for each alert, one after the other, and nothing decided. */
export async function naive({ storageConnectionString }: Surroundings): Promise<Subject> {
  await leaveAsUsed(storageConnectionString);
  const table = await openTable(storageConnectionString);
  return {
    prepare: (alerts) => [
      [...alerts].map((alert): Work => {
        // Made ahead of the clock, as those of bare transactions are.
        const row = { ...alertEntity(alert), partitionKey: 'naive' };
        const run = async () => void (await table.createEntity(row));
        return { alerts: 1, run };
      }),
    ],
    usage: ownUsage,
    tickets: async () => 0,
    close: async () => {},
  };
}

/** Transactions that are on their way at the same time, each in a partition of its own. */
const writers = 4;

/**
 * What the storage does at best: transactions of 100 rows, four at a time, and nothing decided. A row for each alert;
 * in the wide workloads the rows that nobody can do without, a parent and a case for each key.
 */
export async function raw({ storageConnectionString, workload }: Surroundings): Promise<Subject> {
  await leaveAsUsed(storageConnectionString);
  const table = await openTable(storageConnectionString);
  const wide = workload.startsWith('W2');
  const touched = new Set<string>();

  function rowsOf(alerts: readonly BenchAlert[]) {
    if (!wide) return alerts.map(alertEntity);
    return alerts.flatMap((alert) => {
      const key = `${alert.device} ${alert.kind}`;
      if (touched.has(key)) return [];
      touched.add(key);
      return parentAndCase(alert);
    });
  }

  return {
    prepare: (alerts, batch) => {
      const lanes: Work[][] = Array.from({ length: writers }, () => []);
      batchesOf([...alerts], batch).forEach((some, i) => {
        const partitionKey = `raw${i % writers}`;
        const transactions = batchesOf(rowsOf(some), 100);
        const run = async () => {
          for (const rows of transactions) {
            await table.submitTransaction(rows.map((row): TransactionAction => ['create', { ...row, partitionKey }]));
          }
        };
        lanes[i % writers]!.push({ alerts: some.length, run });
      });
      return lanes;
    },
    usage: ownUsage,
    tickets: async () => 0,
    close: async () => {},
  };
}

/** The row of an alert's record, as the service would write it. */
function alertEntity(alert: BenchAlert): TableEntity {
  return placed('msdyn_iotalert', recordOf(alert));
}

/** The rows that nobody can do without: those of a parent and its case, column for column. */
function parentAndCase(alert: BenchAlert): TableEntity[] {
  const record = recordOf(alert);
  const id = makeId({ time: alert.time, shard: 0, seed: `case of ${record.msdyn_iotalertid}` });
  const ticket = { kind: 'case', id, account } as const;
  const { entity: name, row } = ticketRow(record, ticket, device, alert.time);
  return [placed('msdyn_iotalert', { ...record, ...ticketColumns(ticket) }), placed(name, row)];
}

function placed(name: EntityName, row: Row): TableEntity {
  return toEntity(name, row, placeOf(name, String(row[entity(name).key])));
}

const account = randomUUID();
const device = { id: randomUUID(), account, asset: null, response: null, priority: null };

function recordOf(alert: BenchAlert): Alert {
  const text = bodyOf(alert);
  const deviceId = deviceIdOf(alert.device);
  const item = { value: JSON.parse(text) as unknown, text, connectionDeviceId: deviceId, messageId: undefined };
  const understood = understand({ ...item, enqueued: alert.time, forOthers: true });
  if (understood.kind !== 'alert') throw new Error(`The benchmark's own alert is none: ${text}`);
  const arrival = {
    id: makeId({ time: alert.time, shard: 0, seed: `${deviceId} ${alert.index}` }),
    alert: understood,
    groupKey: `${deviceId} | ${String(understood.type)}`,
    position: null,
    identity: null,
  };
  const reason = explain('first-of-group', 'case-opened');
  return alertRow(arrival, device, reason, alert.time, { ccs_duplicatecount: 0 });
}

async function openTable(connectionString: string): Promise<TableClient> {
  const table = TableClient.fromConnectionString(connectionString, 'bench', { allowInsecureConnection: true });
  await table.createTable();
  return table;
}
