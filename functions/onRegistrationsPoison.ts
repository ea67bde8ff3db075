import { app } from '@azure/functions';
import { deviceBatches, parking } from '../shared/composition';
import { failureLine } from '../shared/domain/batch-progress';
import { batchMessageOf } from '../shared/domain/device-job';
import { reading } from '../shared/hub/queue-reader';
import { endDeviceBatch } from '../shared/workflows/end-device-batch';

const reason =
  'It was tried five times and failed each time, for a reason that the log of the service names. Ask for it again.';

/** Ends what failed again and again: its devices in Error, unless the hub says that they are done. */
app.storageQueue('onRegistrationsPoison', {
  queueName: 'registrations-poison',
  connection: 'AzureWebJobsStorage',
  handler: reading('registrations-poison', batchMessageOf, parking, async (message, context) => {
    const ended = await endDeviceBatch(message.batch, reason, deviceBatches());
    if (!ended) return;
    context.error(`Batch ${message.batch} was given up: ${ended.failed} devices failed. ${reason}`);
    for (const failure of ended.failures) context.error(failureLine(ended.action, failure));
  }),
});
