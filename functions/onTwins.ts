import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { twins } from '../shared/composition';
import type { TwinWork } from '../shared/ports/twin-work';
import { syncTwin } from '../shared/workflows/sync-twin';

/** Brings a device's twin up to date with the tags and settings of its record. */
app.storageQueue('onTwins', {
  queueName: 'twins',
  connection: 'AzureWebJobsStorage',
  handler: async (message: unknown, context: InvocationContext) => {
    const task = message as TwinWork;
    const outcome = await syncTwin(task, twins());
    if (outcome.kind === 'failed') context.error(`Twin of device ${outcome.deviceId}: ${outcome.message}`);
    if (outcome.kind === 'waiting') context.debug(`The twin of msdyn_iotdevices(${task.device}) waits: ${outcome.why}`);
  },
});
