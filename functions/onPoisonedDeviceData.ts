import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { deviceData } from '../shared/composition';
import type { DeviceDataRequest } from '../shared/ports/device-data-request';
import { giveUp } from '../shared/workflows/pull-device-data';

/** Requests for data that failed again and again for a reason that nobody foresaw end here: their devices say so. */
app.storageQueue('onPoisonedDeviceData', {
  queueName: 'devicedata-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message: unknown, context: InvocationContext) => {
    const request = message as DeviceDataRequest;
    if (!Array.isArray(request?.devices)) {
      return context.error(`A message of the queue 'devicedata-poison' is not understood: ${JSON.stringify(message)}`);
    }
    await giveUp(request, 'The service failed to pull the data; its log says why.', deviceData());
    context.error(`Gave up pulling data, see the errors of onDeviceData above: ${request.devices.join(', ')}`);
  },
});
