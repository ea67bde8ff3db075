import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { app } from '@azure/functions';
import type { TokenCredential } from '@azure/identity';
import { folderPageFiles } from './adapters/files/page-files';
import type { HubAccount } from './adapters/iot-hub/hub-account';
import { memoryAllowances } from './adapters/memory/allowances';
import type { QueueAccount } from './adapters/queue/queue-account';
import { tableAlertLedger } from './adapters/table/alert-ledger';
import { tableIngestMarks } from './adapters/table/ingest-marks';
import { tableOpenWork } from './adapters/table/open-work';
import { tablePace } from './adapters/table/pace';
import { tableRecordStore } from './adapters/table/record-store';
import { requestCounter } from './adapters/table/request-counter';
import { shardLogs } from './adapters/table/shard-log';
import type { Exporting, Receiver } from './adapters/open-telemetry/exporting';
import { openTables } from './adapters/table/tables';
import type { TableAccount } from './adapters/table/tables';
import type { QueueLengths } from './ports/queue-lengths';
import { silentTelemetry } from './ports/telemetry';
import type { Telemetry } from './ports/telemetry';
import type { Pages } from './pages/page-answer';
import type { Tokens } from './ports/tokens';
import { readConfig } from './config';
import type { Config } from './config';
import { ServiceError } from './domain/errors';
import type { Timespan } from './domain/timespan';
import { spacingOf } from './domain/pace';
import type { BatchMessage } from './domain/device-job';
import type { DeviceRegistry } from './ports/device-registry';
import type { ImportDeps } from './workflows/ask-for-import';
import type { QueueName } from './model/queues';
import type { CommandWork } from './ports/command-queue';
import type { DeviceDataRequest } from './ports/device-data-request';
import type { DeviceTwins } from './ports/device-twins';
import type { TwinWork } from './ports/twin-work';
import type { WorkQueue } from './ports/work-queue';
import type { FeedbackDeps } from './workflows/collect-feedback';
import type { AskForDataDeps } from './workflows/ask-for-device-data';
import { followConnections } from './workflows/follow-connections';
import type { FollowDeps } from './workflows/follow-connections';
import { deviceDirectory } from './workflows/device-directory';
import type { EnableDeps } from './workflows/enable-records';
import type { ExpireDeps } from './workflows/expire-alerts';
import { groupedAlertWrites } from './workflows/grouped-alert-writes';
import { handOnCommands } from './workflows/hand-on-commands';
import type { HandOnDeps } from './workflows/hand-on-commands';
import type { IngestDeps } from './workflows/ingest-events';
import { followTwins } from './workflows/follow-twins';
import { challengeFor } from './domain/challenge';
import { followersInTurn } from './workflows/followers';
import type { AccessDeps } from './workflows/identify-caller';
import { linkAppearedDevices } from './workflows/link-appeared-devices';
import type { HealthDeps } from './workflows/look-at-health';
import type { MarkDeps } from './workflows/mark-progress';
import { oneAtATime } from './workflows/one-at-a-time';
import type { ParentDeps } from './workflows/parent-alert';
import type { ParkDeps } from './workflows/park-request';
import type { PullDeps } from './workflows/pull-device-data';
import type { WriteDeps } from './workflows/record-changes';
import { rememberUsers } from './workflows/remember-user';
import type { TestAlertDeps } from './workflows/send-test-alerts';
import type { SweepDeps } from './workflows/sweep-device-jobs';
import type { CommandDeps } from './workflows/work-on-commands';
import type { TwinDeps } from './workflows/sync-twin';
import type { NoticeDeps } from './workflows/take-notices';
import { together } from './workflows/together';
import { watchLedger } from './workflows/watch-ledger';

/*
 * Which adapter stands behind which port. Everything is built on first call, because every file of functions/ is loaded
 * at start, needed or not.
 */

const now = () => Date.now();

const appName = 'connected-customer-service';

/** Of the package, beside the one file, or above the folder of the compiled app. */
const appVersion = once((): string => {
  const file = [join(__dirname, 'package.json'), join(__dirname, '..', '..', 'package.json')].find(existsSync);
  return file ? String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version) : 'unknown';
});

const config = once(() => readConfig(process.env));

// Settings that cannot be used stop the app when it starts, not the first alert that comes.
app.hook.appStart(async () => {
  exporting = await exportTelemetry(config());
});
app.hook.appTerminate(async () => exporting?.stop());

let exporting: Exporting | undefined;

/** What tells of the service's work: to nobody, unless a setting says to whom. */
const telemetry = (): Telemetry => exporting?.telemetry ?? silentTelemetry;

// Whatever a function does is a part of the trace that the Functions host began when it called it.
app.hook.preInvocation((call) => {
  if (!exporting) return;
  const { functionHandler: handler, invocationContext: context } = call;
  const about = { 'ccs.function': context.functionName };
  const work = async (...inputs: Parameters<typeof handler>) =>
    telemetry().step('ccs.function', about, async () => handler(...inputs) as unknown, {
      parent: context.traceContext?.traceParent,
    });
  call.functionHandler = work;
});

const tables = once(() => openTables(accountOf(config()), { watcher: requestCounter(telemetry) }));

/** What is known of the shards of alerts: by those who write them and those who read. */
const logs = once(() => shardLogs(tables()));

const recordStore = once(() => tableRecordStore(tables(), { logs: logs() }));

const openWork = once(() => tableOpenWork(tables()));

const alertLedger = once(() => tableAlertLedger(tables(), logs()));

const devices = once(() =>
  deviceDirectory(recordStore(), { maxAge: config().deviceMaxAge, groupBy: config().groupBy, now }),
);

/** What the settling of alerts needs, whoever raised them. */
export const ingestion = once((): IngestDeps => {
  const { debounce, groupBy, joinOpenTicket, speakForOthers } = config();
  return {
    ledger: watchLedger(alertLedger(), telemetry(), () => performance.now()),
    records: recordStore(),
    devices: devices(),
    rules: debounce,
    groupBy,
    speakForOthers,
    joinOpenTicket,
    progress: new Map(),
    together: together(),
    telemetry: telemetry(),
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

/** What keeping devices as their connections say needs. */
export const connecting = once((): FollowDeps => ({ records: recordStore(), openWork: openWork(), now }));

/** What a written record sets off; a device has its asset before the alerts that waited for it are linked to both. */
const followers = once(() =>
  followersInTurn([
    followConnections(connecting()),
    linkAppearedDevices({ ledger: alertLedger(), devices: devices() }),
    handOnCommands(handingOn()),
    followTwins({ openWork: openWork(), work: twinQueue() }),
  ]),
);

/** Who may come in, and who that is. */
export const access = once((): AccessDeps => {
  const { tokens, perMinute, ...rest } = config().access;
  return {
    ...rest,
    tokens: tokens && bearerTokens(),
    allowances: memoryAllowances(perMinute, now),
    remember: rememberUsers({ records: recordStore(), now }),
    challenge: challengeFor(tokens),
  };
});

const verifier = onceLoaded(async () => {
  const { entraTokens } = await import('./adapters/entra/tokens.js');
  return entraTokens(config().access.tokens!);
});

const bearerTokens = once((): Tokens => ({ verify: async (token) => (await verifier()).verify(token) }));

/** What creating and changing records over HTTP needs. */
export const recordWrites = once((): WriteDeps => ({
  records: recordStore(),
  now,
  unique: randomUUID,
  followers: followers(),
  alerts: groupedAlertWrites(ingestion(), randomUUID, { ...config(), oneAtATime: turns() }),
  commandLife: config().commandLife,
}));

const handingOn = once((): HandOnDeps => ({ openWork: openWork(), commands: queueOf<CommandWork>('commands') }));

/** What sending commands needs. */
export const commanding = once((): CommandDeps => ({
  ...recordWrites(),
  ...handingOn(),
  messages: {
    lookAt: async (deviceId) => (await commandMessages()).lookAt(deviceId),
    send: async (message) => (await commandMessages()).send(message),
  },
}));

const commandMessages = onceLoaded(async () => {
  const { iotHubCommandMessages } = await import('./adapters/iot-hub/command-messages.js');
  return iotHubCommandMessages(hubAccount());
});

/** What collecting the feedback to commands needs; undefined when no hub is set up. */
export const feedback = once(
  (): FeedbackDeps | undefined =>
    config().iotHub && {
      ...recordWrites(),
      ...handingOn(),
      feedback: { take: async (handle) => (await commandFeedback()).take(handle) },
    },
);

const commandFeedback = onceLoaded(async () => {
  const { iotHubCommandFeedback } = await import('./adapters/iot-hub/command-feedback.js');
  return iotHubCommandFeedback(hubAccount());
});

/** What asking for registrations needs. */
export const registration = once((): EnableDeps => ({
  ...recordWrites(),
  registrations: queueOf<BatchMessage>('registrations'),
  openWork: openWork(),
  registrationTimeout: config().registration.timeout,
}));

/** What bringing devices in from the hub needs. */
export const deviceImport = once((): ImportDeps => ({ ...registration(), hub: deviceRegistry() }));

/** What keeping messages needs that nobody understands. */
export const parking = once((): ParkDeps => ({ records: recordStore(), now }));

/** What carrying out needs that was asked for devices: one batch at a time, since the hub is asked at a pace. */
export const deviceBatches = once((): SweepDeps & { inTurn<T>(work: () => Promise<T>): Promise<T> } => {
  const { perMinute, retryAfter } = config().registration;
  const queue = oneAtATime();
  return {
    ...deviceImport(),
    followers: followers(),
    retryAfter,
    // A batch sends little more than twenty requests to the registry, each of which may have to wait.
    lease: Math.max(retryAfter, 22 * spacingOf(perMinute)),
    inTurn: async (work) => queue('registry', work),
  };
});

/** What sending test alerts needs. */
export const testAlerts = once((): TestAlertDeps => ({
  records: recordStore(),
  messages: { find: async (deviceId) => (await deviceMessages()).find(deviceId) },
  now,
  unique: randomUUID,
}));

/** What looking at the health of each part needs. */
export const healthChecks = once((): HealthDeps => ({
  records: recordStore(),
  twins: config().iotHub && deviceTwins,
  queues: queueLengths,
  marks: ingestMarks(),
  version: appVersion(),
  soon: async (work) =>
    Promise.race([work.then((value) => ({ value })), sleep(5_000, 'late' as const, { ref: false })]),
  now,
}));

/** What noting for people needs, how far the partitions are. */
export const progressMarks = once((): MarkDeps => ({ marks: ingestMarks(), marked: new Map(), now }));

const ingestMarks = once(() => tableIngestMarks(tables()));

const openLengths = onceLoaded(async () => {
  const { storageQueueLengths } = await import('./adapters/queue/queue-lengths.js');
  return storageQueueLengths(queueAccount());
});

const queueLengths: QueueLengths = { length: async (queue) => (await openLengths()).length(queue) };

/** The built console: beside the one file of the package, or beside the folder of the compiled app. */
export const pages = once((): Pages => {
  const beside = join(__dirname, 'console');
  const files = folderPageFiles(existsSync(beside) ? beside : join(__dirname, '..', 'console'));
  return { files, signIn: config().signIn };
});

const pacedRegistry = onceLoaded(async () => {
  const account = config().iotHub && hubAccount();
  if (!account) {
    throw new ServiceError(
      'hub-unreachable',
      'No IoT Hub is set up: IOT_HUB_CONNECTION_STRING and IOT_HUB_HOST_NAME are empty.',
    );
  }
  const { iotHubDeviceRegistry } = await import('./adapters/iot-hub/device-registry.js');
  const pace = tablePace(tables(), 'registry');
  const spacing = spacingOf(config().registration.perMinute);
  return iotHubDeviceRegistry(account, async () => {
    const slot = await pace.reserve(now(), spacing);
    if (slot > now()) await sleep(slot - now());
  });
});

/** The registry whose SDK is loaded, and whose setup is looked at, with the first request. */
const deviceRegistry = once((): DeviceRegistry => ({
  create: async (...call) => (await pacedRegistry()).create(...call),
  remove: async (...call) => (await pacedRegistry()).remove(...call),
  setEnabled: async (...call) => (await pacedRegistry()).setEnabled(...call),
  updateTwin: async (...call) => (await pacedRegistry()).updateTwin(...call),
  find: async (...call) => (await pacedRegistry()).find(...call),
  look: async (...call) => (await pacedRegistry()).look(...call),
  page: async (...call) => (await pacedRegistry()).page(...call),
}));

/** What bringing twins up to date needs. */
export const twins = once((): TwinDeps => ({
  records: recordStore(),
  twins: deviceTwins,
  openWork: openWork(),
  work: twinQueue(),
  now,
}));

/** What asking for the data of devices needs. */
export const deviceDataRequests = once((): AskForDataDeps => ({
  records: recordStore(),
  pulls: dataQueue(),
  openWork: openWork(),
  now,
  unique: randomUUID,
}));

/** What pulling the data of devices needs. */
export const deviceData = once((): PullDeps => ({
  records: recordStore(),
  twins: deviceTwins,
  pulls: dataQueue(),
  openWork: openWork(),
  now,
}));

/** What taking the hub's notices needs. */
export const hubNotices = once((): NoticeDeps => ({
  records: recordStore(),
  pulls: dataQueue(),
  openWork: openWork(),
  now,
}));

const twinQueue = once(() => queueOf<TwinWork>('twins'));
const dataQueue = once(() => queueOf<DeviceDataRequest>('devicedata'));

const openTwins = onceLoaded(async () => {
  const { iotHubDeviceTwins } = await import('./adapters/iot-hub/device-twins.js');
  return iotHubDeviceTwins(hubAccount());
});

const deviceTwins: DeviceTwins = {
  read: async (...question) => (await openTwins()).read(...question),
  patch: async (...question) => (await openTwins()).patch(...question),
};

const deviceMessages = onceLoaded(async () => {
  const { iotHubDeviceMessages } = await import('./adapters/iot-hub/device-messages.js');
  return iotHubDeviceMessages(hubAccount());
});

/** A queue by its name; the client of storage queues is loaded with the first message. */
function queueOf<M extends object>(name: QueueName): WorkQueue<M> {
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

/** The libraries behind it are heavy: they are loaded when somebody wants to be told. */
async function exportTelemetry({ telemetry: { otlp, azureMonitor: insights, interval } }: Config) {
  if (!otlp && !insights) return undefined;
  const { exportTo } = await import('./adapters/open-telemetry/exporting.js');
  const receivers: Receiver[] = [];
  if (otlp) receivers.push((await import('./adapters/open-telemetry/otlp.js')).otlpReceiver(otlp));
  if (insights) {
    const { azureMonitor } = await import('./adapters/open-telemetry/azure-monitor.js');
    // Where the storage is opened with an identity, Application Insights is, too.
    const credential = 'endpoint' in config().tables && { credential: managedIdentity() };
    receivers.push(azureMonitor({ ...insights, ...credential }));
  }
  return exportTo(receivers, { name: appName, version: appVersion(), instance: randomUUID() }, interval);
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
