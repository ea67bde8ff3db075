import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { deviceBatches } from '../shared/composition';
import { logFailures } from '../shared/workflows/log-failures';
import { sweepDeviceJobs } from '../shared/workflows/sweep-device-jobs';

/** Every minute: what was asked for devices and got lost on the way goes back into the queue, or ends with a reason. */
app.timer('onStaleRegistrations', {
  schedule: '30 * * * * *',
  handler: async (_timer, context) => {
    const { queued, ended } = await sweepDeviceJobs(deviceBatches());
    const log = functionsLog(context);
    if (queued > 0) log('device-batches-taken-up', { count: queued });
    for (const each of ended) {
      log('device-batch-given-up', { action: each.action, failed: each.failures.length });
      logFailures(each, log);
    }
  },
});
