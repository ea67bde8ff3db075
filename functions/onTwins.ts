import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
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
    const log = functionsLog(context);
    if (outcome.kind === 'failed') log('twin-failed', { device: outcome.deviceId, deviceRecord: task.device });
    if (outcome.kind === 'waiting') log('twin-waits', { deviceRecord: task.device });
  }),
});
