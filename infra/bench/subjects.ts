import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { TableClient } from '@azure/data-tables';
import type { TransactionAction } from '@azure/data-tables';
import { startFunctionsHost } from '../local/functions-host/functions-host';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { batchesOf, deviceIdsOf } from './workload';
import type { BenchAlert } from './workload';

/** Something that takes batches of alerts and is done with one when it is durable. */
export interface Subject {
  take(batch: readonly BenchAlert[]): Promise<void>;
  close(): Promise<void>;
}

export interface Surroundings {
  storageConnectionString: string;
  eventHubConnectionString: string;
  eventHubName: string;
}

export type SubjectName = keyof typeof subjects;

/** Who is measured. Each is opened in a process of its own, on a storage account that holds nothing. */
export const subjects = {
  /** The app in the local Functions host: from the host's event dispatch to durable rows. */
  ours: async (surroundings: Surroundings, devices: number): Promise<Subject> => {
    const { storageConnectionString, eventHubConnectionString, eventHubName } = surroundings;
    await createDevices(storageConnectionString, devices);
    const host = await startFunctionsHost({
      root: resolve(__dirname, '..', '..', '..'),
      port: 0,
      settings: {
        AzureWebJobsStorage: storageConnectionString,
        FUNCTIONS_WORKER_RUNTIME: 'node',
        IOT_HUB_EVENTS: eventHubConnectionString,
        IOT_HUB_EVENT_HUB_NAME: eventHubName,
        IOT_HUB_CONSUMER_GROUP: 'connected-customer-service',
      },
      log: () => {},
    });
    let sequence = 0;
    return {
      take: async (batch) => {
        const events = batch.map((alert) => ({
          body: Buffer.from(JSON.stringify(alert)),
          sequenceNumber: (sequence += 1),
          enqueuedTimeUtc: new Date(),
          systemProperties: { 'iothub-connection-device-id': alert.deviceid, 'iothub-message-source': 'Telemetry' },
        }));
        await host.deliver('onIoTHubEvents', '0', events);
      },
      close: () => host.stop(),
    };
  },

  /** A loop of single inserts: one row for each alert, one after the other, and nothing decided. */
  naive: async ({ storageConnectionString }: Surroundings): Promise<Subject> => {
    const table = await openTable(storageConnectionString);
    return {
      take: async (batch) => {
        for (const alert of batch) await table.createEntity({ partitionKey: 'naive', rowKey: randomUUID(), ...alert });
      },
      close: async () => {},
    };
  },

  /** What the storage can do at best with a row for each alert: transactions of 100 rows, four at a time. */
  raw: async ({ storageConnectionString }: Surroundings): Promise<Subject> => {
    const table = await openTable(storageConnectionString);
    return {
      take: async (batch) => {
        const transactions = batchesOf(batch, 100).map((alerts, i) =>
          alerts.map((alert): TransactionAction => [
            'create',
            { partitionKey: `raw${i % 4}`, rowKey: randomUUID(), ...alert },
          ]),
        );
        for (const together of batchesOf(transactions, 4)) {
          await Promise.all(together.map((actions) => table.submitTransaction(actions)));
        }
      },
      close: async () => {},
    };
  },
};

/** The devices of a storm, all of one account, so that each opens a case. */
async function createDevices(connectionString: string, count: number): Promise<void> {
  const records = tableRecordStore(openTables({ connectionString }));
  const created = new Date().toISOString();
  const common = { statecode: 0, statuscode: 1, createdon: created, modifiedon: created };
  const accountid = randomUUID();
  await records.insert('account', { accountid, name: 'Bench', ...common });
  for (const deviceIds of batchesOf(deviceIdsOf(count), 50)) {
    const rows = deviceIds.map((deviceId) => ({
      msdyn_iotdeviceid: randomUUID(),
      msdyn_name: deviceId,
      msdyn_deviceid: deviceId,
      _msdyn_account_value: accountid,
      ...common,
    }));
    await Promise.all(rows.map((row) => records.insert('msdyn_iotdevice', row)));
  }
}

async function openTable(connectionString: string): Promise<TableClient> {
  const table = TableClient.fromConnectionString(connectionString, 'bench', { allowInsecureConnection: true });
  await table.createTable();
  return table;
}
