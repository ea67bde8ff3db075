import { app } from '@azure/functions';
import { deviceData, parking } from '../shared/composition';
import { readDataRequest } from '../shared/domain/data-request';
import { reading } from '../shared/hub/queue-reader';
import { pullDeviceData } from '../shared/workflows/pull-device-data';

/** Pulls the data of at most 100 devices from the hub. */
app.storageQueue('onDeviceData', {
  queueName: 'devicedata',
  connection: 'AzureWebJobsStorage',
  handler: reading('devicedata', readDataRequest, parking, async (request, context) => {
    const { pulled, notFound, waiting, givenUp, why } = await pullDeviceData(request, deviceData());
    if (pulled > 0) context.log(`Pulled the data of ${pulled} devices.`);
    if (notFound.length > 0) context.warn(`Not in the IoT Hub, register them again: ${notFound.join(', ')}`);
    if (waiting.length > 0) context.warn(`The data of ${waiting.length} devices waits: ${why}`);
    if (givenUp.length > 0) context.error(`The data of ${givenUp.length} devices was not pulled, see them: ${why}`);
  }),
});
