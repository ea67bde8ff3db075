import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { deviceData, parking } from '../shared/composition';
import { readDataRequest } from '../shared/domain/data-request';
import { reading } from '../shared/hub/queue-reader';
import { giveUp } from '../shared/workflows/pull-device-data';

/** Requests for data that failed again and again for a reason that nobody foresaw end here: their devices say so. */
app.storageQueue('onPoisonedDeviceData', {
  queueName: 'devicedata-poison',
  connection: 'AzureWebJobsStorage',
  handler: reading('devicedata-poison', readDataRequest, parking, async (request, context) => {
    await giveUp(request, 'The service failed to pull the data; its log says why.', deviceData());
    for (const deviceRecord of request.devices) functionsLog(context)('device-data-given-up', { deviceRecord });
  }),
});
