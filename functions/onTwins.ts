import { app } from '@azure/functions';
import { parking, twins } from '../shared/composition';
import { readTwinWork } from '../shared/domain/twin-work';
import { reading } from '../shared/hub/queue-reader';
import { syncTwin } from '../shared/workflows/sync-twin';

/** Brings a device's twin up to date with the tags and settings of its record. */
app.storageQueue('onTwins', {
  queueName: 'twins',
  connection: 'AzureWebJobsStorage',
  handler: reading('twins', readTwinWork, parking, async (task, context) => {
    const outcome = await syncTwin(task, twins());
    if (outcome.kind === 'failed') context.error(`Twin of device ${outcome.deviceId}: ${outcome.message}`);
    if (outcome.kind === 'waiting') context.debug(`The twin of msdyn_iotdevices(${task.device}) waits: ${outcome.why}`);
  }),
});
