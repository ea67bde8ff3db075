import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { deviceData, parking } from '../shared/composition';
import { readDataRequest } from '../shared/domain/data-request';
import { reading } from '../shared/hub/queue-reader';
import { pullDeviceData } from '../shared/workflows/pull-device-data';

/** Pulls the data of at most 100 devices from the hub. */
app.storageQueue('onDeviceData', {
  queueName: 'devicedata',
  connection: 'AzureWebJobsStorage',
  handler: reading('devicedata', readDataRequest, parking, async (request, context) => {
    const { pulled, notFound, waiting, givenUp } = await pullDeviceData(request, deviceData());
    const log = functionsLog(context);
    if (pulled > 0) log('device-data-pulled', { count: pulled });
    for (const device of notFound) log('device-data-unknown', { device });
    if (waiting.length > 0) log('device-data-waits', { count: waiting.length });
    for (const deviceRecord of givenUp) log('device-data-given-up', { deviceRecord });
  }),
});
