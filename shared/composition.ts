import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import { tableAlertLedger } from './adapters/table/alert-ledger';
import { tableRecordStore } from './adapters/table/record-store';
import { shardLogs } from './adapters/table/shard-log';
import { openTables } from './adapters/table/tables';
import type { TableAccount } from './adapters/table/tables';
import { readConfig } from './config';
import type { Config } from './config';
import { ServiceError } from './domain/errors';
import type { Timespan } from './domain/timespan';
import { deviceDirectory } from './workflows/device-directory';
import type { EnableDeps } from './workflows/enable-records';
import type { ExpireDeps } from './workflows/expire-alerts';
import { groupedAlertWrites } from './workflows/grouped-alert-writes';
import type { IngestDeps } from './workflows/ingest-events';
import { linkWaitingAlerts } from './workflows/link-waiting-alerts';
import { oneAtATime } from './workflows/one-at-a-time';
import type { ParentDeps } from './workflows/parent-alert';
import type { WriteDeps } from './workflows/record-changes';
import type { TestAlertDeps } from './workflows/send-test-alerts';
import { together } from './workflows/together';

/*
 * Which adapter stands behind which port. Everything is built on first call, because every file of functions/ is loaded
 * at start, needed or not.
 */

const now = () => Date.now();

const config = once(() => readConfig(process.env));

const tables = once(() => openTables(accountOf(config())));

/** What is known of the shards of alerts: by those who write them and those who read. */
const logs = once(() => shardLogs(tables()));

const recordStore = once(() => tableRecordStore(tables(), { logs: logs() }));

const alertLedger = once(() => tableAlertLedger(tables(), logs()));

const devices = once(() => deviceDirectory(recordStore(), config().deviceMaxAge, now));

/** What the settling of alerts needs, whoever raised them. */
export const ingestion = once((): IngestDeps => {
  const { debounce, groupBy, joinOpenTicket } = config();
  return {
    ledger: alertLedger(),
    records: recordStore(),
    devices: devices(),
    rules: debounce,
    groupBy,
    joinOpenTicket,
    progress: new Map(),
    together: together(),
    now,
  };
});

/** What the removal of expired alerts needs. */
export const expiry = once((): ExpireDeps => ({ ledger: alertLedger(), retention: config().retention, now }));

const turns = once(oneAtATime);

/** What putting an alert under another one needs. */
export const parenting = once((): ParentDeps & { timespan: Timespan } => {
  const { timespan, debounce } = config();
  return {
    records: recordStore(),
    ledger: alertLedger(),
    rules: debounce,
    timespan,
    oneAtATime: turns(),
    now,
  };
});

/** What creating and changing records over HTTP needs. */
export const recordWrites = once((): WriteDeps => ({
  records: recordStore(),
  now,
  unique: randomUUID,
  deviceAppeared,
  alerts: groupedAlertWrites(ingestion(), randomUUID, { ...config(), oneAtATime: turns() }),
}));

/** What asking for registrations needs. */
export const registration = once((): EnableDeps => ({
  ...recordWrites(),
  // The client of storage queues is loaded by the functions that use it, with their first call.
  registrations: { add: async (request) => (await registrationQueue()).add(request) },
}));

const registrationQueue = onceLoaded(async () => {
  const { queues } = config();
  if (!queues)
    throw new ServiceError('queue-unreachable', 'Nothing says where the queues are: see AzureWebJobsStorage.');
  const { storageRegistrationQueue } = await import('./adapters/queue/registration-queue.js');
  return storageRegistrationQueue('endpoint' in queues ? { ...queues, credential: managedIdentity() } : queues);
});

/** What sending test alerts needs. */
export const testAlerts = once((): TestAlertDeps => ({
  records: recordStore(),
  messages: { find: async (deviceId) => (await deviceMessages()).find(deviceId) },
  now,
  unique: randomUUID,
}));

const deviceMessages = onceLoaded(async () => {
  const { iotHub } = config();
  if (!iotHub) throw new ServiceError('unsupported', 'No IoT Hub is set up: IOT_HUB_CONNECTION_STRING is empty.');
  const { iotHubDeviceMessages } = await import('./adapters/iot-hub/device-messages.js');
  return iotHubDeviceMessages(iotHub);
});

/** The device is written by now: if its alerts cannot be linked this minute, `onUnlinkedAlerts` links them in the next. */
async function deviceAppeared(deviceId: string): Promise<void> {
  try {
    await linkWaitingAlerts({ ledger: alertLedger(), devices: devices() }, deviceId);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'storage-unavailable')) throw error;
  }
}

function accountOf({ tables: account }: Config): TableAccount {
  return 'endpoint' in account ? { ...account, credential: managedIdentity() } : account;
}

/** The library behind it is heavy and only needed in Azure: it is loaded with the first token. */
function managedIdentity(): TokenCredential {
  const credential = once(async () => new (await import('@azure/identity')).DefaultAzureCredential());
  return { getToken: async (...question) => (await credential()).getToken(...question) };
}

/** Like `once`, for what is loaded; what fails is tried again. */
function onceLoaded<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return async () => {
    loading ??= load();
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
}

function once<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => (built ??= { value: build() }).value;
}
