import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import type { TransactionAction } from '@azure/data-tables';
import { batchesOf, deviceIdOf, tokenOf } from '../workload';
import type { BenchAlert } from '../workload';
import type { Subject, Surroundings, Work } from './subject';
import { ownUsage } from './usage';

/** A loop of single inserts: one row for each alert, one after the other, and nothing decided. */
export async function naive({ storageConnectionString }: Surroundings): Promise<Subject> {
  const table = await openTable(storageConnectionString);
  return {
    prepare: (alerts) => [
      [...alerts].map((alert): Work => {
        const run = async () => void (await table.createEntity({ ...alertRow(alert), partitionKey: 'naive' }));
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
  const table = await openTable(storageConnectionString);
  const wide = workload.startsWith('W2');
  const touched = new Set<string>();

  function rowsOf(alerts: readonly BenchAlert[]) {
    if (!wide) return alerts.map(alertRow);
    return alerts.flatMap((alert) => {
      const key = `${alert.device} ${alert.kind}`;
      if (touched.has(key)) return [];
      touched.add(key);
      return [alertRow(alert), caseRow(alert)];
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

/** A row that says of an alert what the service says of it. */
function alertRow({ device, kind, reading, index, time }: BenchAlert) {
  const iso = new Date(time).toISOString();
  return {
    rowKey: randomUUID(),
    msdyn_description: `Temperature reading of ${reading} exceeded a threshold of 70`,
    msdyn_deviceid: deviceIdOf(device),
    msdyn_alerttype: kind,
    msdyn_alerttime: iso,
    msdyn_alerttoken: tokenOf(index),
    ccs_readingtype: 'Temperature',
    ccs_reading: reading,
    ccs_threshold: 70,
    createdon: iso,
    modifiedon: iso,
    statecode: 0,
    statuscode: 1,
  };
}

function caseRow({ device, reading, index, time }: BenchAlert) {
  const iso = new Date(time).toISOString();
  return {
    rowKey: randomUUID(),
    title: `Temperature reading of ${reading} exceeded a threshold of 70`,
    ticketnumber: `CAS-${index}`,
    ccs_groupkey: deviceIdOf(device),
    _customerid_value: randomUUID(),
    caseorigincode: 700610000,
    prioritycode: 2,
    createdon: iso,
    modifiedon: iso,
    statecode: 0,
    statuscode: 1,
  };
}

async function openTable(connectionString: string): Promise<TableClient> {
  const table = TableClient.fromConnectionString(connectionString, 'bench', { allowInsecureConnection: true });
  await table.createTable();
  return table;
}
