import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { hubNotices, ingestion, progressMarks } from '../shared/composition';
import { readBatch } from '../shared/hub/read-batch';
import { readLinks } from '../shared/hub/read-links';
import { readNotices } from '../shared/hub/read-notices';
import type { Source } from '../shared/ports/alert-ledger';
import type { Log } from '../shared/ports/log';
import { ingestEvents } from '../shared/workflows/ingest-events';
import { markProgress } from '../shared/workflows/mark-progress';
import type { Parked } from '../shared/workflows/park-messages';
import { takeNotices } from '../shared/workflows/take-notices';
import type { Taken } from '../shared/workflows/take-notices';
import { watchIngestion } from '../shared/workflows/watch-ingestion';
import type { Watched } from '../shared/workflows/watch-ingestion';

// Bodies as the device sent them: as text, the host would guess at JSON and drop the empty ones. The option is missing
// in the library's types.
const binary = { dataType: 'binary' };

/**
 * Every device-to-cloud message: telemetry and alert records become alerts, alerts become parents and duplicates, parents
 * open cases. And what the hub itself tells of its devices: connections, reports, deletions.
 */
app.eventHub('onIoTHubEvents', {
  ...binary,
  connection: 'IOT_HUB_EVENTS',
  eventHubName: '%IOT_HUB_EVENT_HUB_NAME%',
  consumerGroup: '%IOT_HUB_CONSUMER_GROUP%',
  cardinality: 'many',
  // A batch is done when it is durable, however long the storage is away: the host must not check point before.
  retry: {
    strategy: 'exponentialBackoff',
    maxRetryCount: -1,
    minimumInterval: { seconds: 1 },
    maximumInterval: { seconds: 30 },
  },
  handler: async (messages: unknown, context: InvocationContext) => {
    const { notices, ...batch } = readAll(messages, context);
    const { source, events } = batch;
    const log = functionsLog(context);
    const ingested = await watchIngestion(batch, ingestion(), async () => ingestEvents(source, events, ingestion()));
    report(ingested, source, log);
    if (notices.length > 0) reportNotices(await takeNotices(source, notices, hubNotices()), source, log);
    await markProgress(source, events, progressMarks());
  },
});

/** What the host hands over, which is let go of: in a storm, what is held while the storage is waited for takes memory. */
function readAll(messages: unknown, context: InvocationContext) {
  const { triggerMetadata: metadata } = context;
  context.triggerMetadata = {};
  const { source, events } = readBatch(messages, metadata);
  return { source, events, links: readLinks(metadata), notices: readNotices(events, metadata) };
}

/** Five minutes. */
const late = 300_000;

function report({ opened, parked, skipped, lag }: Watched, { partition }: Source, log: Log) {
  for (const { id: alert, deviceId: device, response } of opened) log('parent-alert', { alert, device, response });
  reportParked(parked, log);
  if (skipped > 0) log('alerts-skipped', { partition, count: skipped });
  if (lag > late) log('events-late', { partition, seconds: Math.round(lag / 1000) });
}

function reportNotices({ unregistered, pulled, parked }: Taken, { partition }: Source, log: Log) {
  for (const device of unregistered) log('device-deleted', { device });
  if (pulled.length > 0) log('reports-missing', { partition, count: pulled.length });
  reportParked(parked, log);
}

function reportParked(parked: readonly Parked[], log: Log) {
  for (const row of parked) {
    const {
      ccs_partition: partition,
      ccs_sequencenumber: sequence,
      msdyn_deviceid: device,
      ccs_parkedreason: reason,
    } = row;
    log('message-parked', { partition, sequence, device, reason });
  }
}
