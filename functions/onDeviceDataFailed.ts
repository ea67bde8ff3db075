import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { deviceData } from '../shared/composition';
import type { DeviceDataRequest } from '../shared/ports/device-data-request';
import { giveUp } from '../shared/workflows/pull-device-data';

/** Requests for data that failed again and again end here: their devices say so. */
app.storageQueue('onDeviceDataFailed', {
  queueName: 'devicedata-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message: unknown, context: InvocationContext) => {
    const request = message as DeviceDataRequest;
    await giveUp(
      request,
      'The data could not be pulled: the request failed several times, the log says why.',
      deviceData(),
    );
    context.error(`Gave up pulling the data of ${request.devices.length} devices: ${request.devices.join(', ')}`);
  },
});
