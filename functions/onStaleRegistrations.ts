import { app } from '@azure/functions';
import { deviceBatches } from '../shared/composition';
import { failureLine } from '../shared/domain/batch-progress';
import { sweepDeviceJobs } from '../shared/workflows/sweep-device-jobs';

/** Every minute: what was asked for devices and got lost on the way goes back into the queue, or ends with a reason. */
app.timer('onStaleRegistrations', {
  schedule: '30 * * * * *',
  handler: async (_timer, context) => {
    const { queued, ended } = await sweepDeviceJobs(deviceBatches());
    if (queued > 0) context.warn(`Took up ${queued} batches of device jobs again that had got lost on the way.`);
    if (ended.length > 0) context.error(`Gave up ${ended.length} batches of device jobs; their devices say why.`);
    for (const { action, failures } of ended) {
      for (const failure of failures) context.error(failureLine(action, failure));
    }
  },
});
