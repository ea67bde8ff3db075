import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { ingestion } from '../shared/composition';
import { readBatch } from '../shared/hub/read-batch';
import { ingestEvents } from '../shared/workflows/ingest-events';
import type { Ingested } from '../shared/workflows/ingest-events';

// Bodies as the device sent them: as text, the host would guess at JSON and drop the empty ones. The option is missing
// in the library's types.
const binary = { dataType: 'binary' };

/** Every device-to-cloud message: telemetry and alert records become alerts, alerts become parents and duplicates, parents open cases. */
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
    const ingested = await ingestEvents(source, events, ingestion());
    report(ingested, source, context);
  },
});

function report({ opened, parked, skipped }: Ingested, { partition }: { partition: string }, log: InvocationContext) {
  for (const { id, deviceId, reason } of opened) log.info(`Device ${deviceId}: alert ${id} is a parent (${reason})`);
  for (const { ccs_sequencenumber: sequence, msdyn_deviceid: deviceId, ccs_detail: detail } of parked) {
    const device = deviceId ? ` from device ${deviceId}` : '';
    log.warn(`Parked message ${sequence} of partition ${partition}${device}: ${detail} See ccs_parkedmessages.`);
  }
  if (skipped > 0) log.info(`Partition ${partition}: ${skipped} alerts were delivered before and are skipped.`);
}
