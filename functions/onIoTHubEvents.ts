import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { hubNotices, ingestion, progressMarks } from '../shared/composition';
import { readBatch } from '../shared/hub/read-batch';
import { readLinks } from '../shared/hub/read-links';
import { readNotices } from '../shared/hub/read-notices';
import { ingestEvents } from '../shared/workflows/ingest-events';
import type { Ingested } from '../shared/workflows/ingest-events';
import { markProgress } from '../shared/workflows/mark-progress';
import type { Parked } from '../shared/workflows/park-messages';
import { takeNotices } from '../shared/workflows/take-notices';
import type { Taken } from '../shared/workflows/take-notices';
import { watchIngestion } from '../shared/workflows/watch-ingestion';

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
    const { source, events } = readBatch(messages, context.triggerMetadata);
    const batch = { source, events, links: readLinks(context.triggerMetadata) };
    const ingested = await watchIngestion(batch, ingestion(), async () => ingestEvents(source, events, ingestion()));
    report(ingested, source, context);
    const notices = readNotices(events, context.triggerMetadata);
    await markProgress(source, events, progressMarks());
    if (notices.length > 0) reportNotices(await takeNotices(source, notices, hubNotices()), source, context);
  },
});

function report({ opened, parked, skipped }: Ingested, { partition }: { partition: string }, log: InvocationContext) {
  for (const { id, deviceId, reason } of opened) log.info(`Device ${deviceId}: alert ${id} is a parent (${reason})`);
  reportParked(parked, partition, log);
  if (skipped > 0) log.info(`Partition ${partition}: ${skipped} alerts were delivered before and are skipped.`);
}

function reportNotices(
  { unregistered, pulled, parked }: Taken,
  { partition }: { partition: string },
  log: InvocationContext,
) {
  for (const deviceId of unregistered) {
    log.warn(
      `Device ${deviceId} was deleted in the IoT Hub and is Unregistered now; register it again if it is needed.`,
    );
  }
  if (pulled.length > 0) log.info(`Reports are missing, twins are read as a whole: ${pulled.join(', ')}`);
  reportParked(parked, partition, log);
}

function reportParked(parked: readonly Parked[], partition: string, log: InvocationContext) {
  for (const { ccs_sequencenumber: sequence, msdyn_deviceid: deviceId, ccs_detail: detail } of parked) {
    const device = deviceId ? ` from device ${deviceId}` : '';
    log.warn(`Parked message ${sequence} of partition ${partition}${device}: ${detail} See ccs_parkedmessages.`);
  }
}
