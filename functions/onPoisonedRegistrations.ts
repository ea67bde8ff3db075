import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { deviceBatches, parking } from '../shared/composition';
import { batchMessageOf } from '../shared/domain/device-job';
import { reading } from '../shared/hub/queue-reader';
import { endDeviceBatch } from '../shared/workflows/end-device-batch';
import { logFailures } from '../shared/workflows/log-failures';

const reason =
  'It was tried five times and failed each time, for a reason that the log of the service names. Ask for it again.';

/** Ends what failed again and again: its devices in Error, unless the hub says that they are done. */
app.storageQueue('onPoisonedRegistrations', {
  queueName: 'registrations-poison',
  connection: 'AzureWebJobsStorage',
  handler: reading('registrations-poison', batchMessageOf, parking, async (message, context) => {
    const ended = await endDeviceBatch(message.batch, reason, deviceBatches());
    if (!ended) return;
    const log = functionsLog(context);
    log('device-batch-given-up', { batch: message.batch, failed: ended.failed });
    logFailures(ended, log);
  }),
});
