import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { parking, twins } from '../shared/composition';
import { readTwinWork } from '../shared/domain/twin-work';
import { reading } from '../shared/hub/queue-reader';
import { putTwinOff } from '../shared/workflows/sync-twin';

/** Twins that failed again and again for a reason that nobody foresaw: their devices say so, and they are tried again later. */
app.storageQueue('onPoisonedTwins', {
  queueName: 'twins-poison',
  connection: 'AzureWebJobsStorage',
  handler: reading('twins-poison', readTwinWork, parking, async ({ device }, context) => {
    await putTwinOff(device, twins());
    functionsLog(context)('twin-put-off', { deviceRecord: device });
  }),
});
