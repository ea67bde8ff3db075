import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import type { HubAccount } from './adapters/iot-hub/hub-account';
import type { QueueAccount } from './adapters/queue/work-queue';
import { tableAlertLedger } from './adapters/table/alert-ledger';
import { tableOpenWork } from './adapters/table/open-work';
import { tableRecordStore } from './adapters/table/record-store';
import { openTables } from './adapters/table/tables';
import type { TableAccount } from './adapters/table/tables';
import { readConfig } from './config';
import type { Config } from './config';
import { ServiceError } from './domain/errors';
import type { Timespan } from './domain/timespan';
import type { RegistrationRequest } from './ports/registration-queue';
import type { WorkQueue } from './ports/work-queue';
import { followConnections } from './workflows/follow-connections';
import type { FollowDeps } from './workflows/follow-connections';
import { deviceDirectory } from './workflows/device-directory';
import type { EnableDeps } from './workflows/enable-records';
import { groupedAlertWrites } from './workflows/grouped-alert-writes';
import type { IngestDeps } from './workflows/ingest-events';
import { followersInTurn } from './workflows/followers';
import { linkAppearedDevices } from './workflows/link-appeared-devices';
import { oneAtATime } from './workflows/one-at-a-time';
import type { ParentDeps } from './workflows/parent-alert';
import type { WriteDeps } from './workflows/record-changes';
import type { TestAlertDeps } from './workflows/send-test-alerts';

/*
 * Which adapter stands behind which port. Everything is built on first call, because every file of functions/ is loaded
 * at start, needed or not.
 */

const now = () => Date.now();

const config = once(() => readConfig(process.env));

const tables = once(() => openTables(accountOf(config())));

const recordStore = once(() => tableRecordStore(tables()));

const openWork = once(() => tableOpenWork(tables()));

const alertLedger = once(() => tableAlertLedger(tables()));

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
    now,
  };
});

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

/** What keeping devices as their connections say needs. */
export const connecting = once((): FollowDeps => ({ records: recordStore(), openWork: openWork(), now }));

/** What a written record sets off; a device has its asset before the alerts that waited for it are linked to both. */
const followers = once(() =>
  followersInTurn([
    followConnections(connecting()),
    linkAppearedDevices({ ledger: alertLedger(), devices: devices() }),
  ]),
);

/** What creating and changing records over HTTP needs. */
export const recordWrites = once((): WriteDeps => ({
  records: recordStore(),
  now,
  unique: randomUUID,
  followers: followers(),
  alerts: groupedAlertWrites(ingestion(), randomUUID, { ...config(), oneAtATime: turns() }),
}));

/** What asking for registrations needs. */
export const registration = once((): EnableDeps => ({
  ...recordWrites(),
  registrations: queueOf<RegistrationRequest>('registrations'),
}));

/** What sending test alerts needs. */
export const testAlerts = once((): TestAlertDeps => ({
  records: recordStore(),
  messages: { find: async (deviceId) => (await deviceMessages()).find(deviceId) },
  now,
  unique: randomUUID,
}));

const deviceMessages = onceLoaded(async () => {
  const { iotHubDeviceMessages } = await import('./adapters/iot-hub/device-messages.js');
  return iotHubDeviceMessages(hubAccount());
});

/** A queue by its name; the client of storage queues is loaded with the first message. */
function queueOf<M extends object>(name: string): WorkQueue<M> {
  const opened = onceLoaded(async () => {
    const { storageQueue } = await import('./adapters/queue/work-queue.js');
    return storageQueue<M>(queueAccount(), name);
  });
  return { add: async (message, afterSeconds) => (await opened()).add(message, afterSeconds) };
}

function queueAccount(): QueueAccount {
  const { queues } = config();
  if (!queues)
    throw new ServiceError('queue-unreachable', 'Nothing says where the queues are: see AzureWebJobsStorage.');
  return 'endpoint' in queues ? { ...queues, credential: managedIdentity() } : queues;
}

function hubAccount(): HubAccount {
  const { iotHub } = config();
  if (!iotHub) {
    throw new ServiceError(
      'unsupported',
      'No IoT Hub is set up: IOT_HUB_CONNECTION_STRING and IOT_HUB_HOST_NAME are empty.',
    );
  }
  return 'hostName' in iotHub ? { ...iotHub, credential: managedIdentity() } : iotHub;
}

function accountOf({ tables: account }: Config): TableAccount {
  return 'endpoint' in account ? { ...account, credential: managedIdentity() } : account;
}

/** The library behind it is heavy and only needed in Azure: it is loaded with the first token. */
const managedIdentity = once((): TokenCredential => {
  const credential = once(async () => new (await import('@azure/identity')).DefaultAzureCredential());
  return { getToken: async (...question) => (await credential()).getToken(...question) };
});

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
