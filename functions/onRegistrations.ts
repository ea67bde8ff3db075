import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { deviceBatches, parking } from '../shared/composition';
import { batchMessageOf } from '../shared/domain/device-job';
import { reading } from '../shared/hub/queue-reader';
import type { Log } from '../shared/ports/log';
import { logFailures } from '../shared/workflows/log-failures';
import { runDeviceBatch } from '../shared/workflows/run-device-batch';
import type { BatchResult } from '../shared/workflows/run-device-batch';

/**
 * Carries out what was asked for devices, a batch at a time: in the hub, then in their records. One batch after the other:
 * requests to the registry are paced, so that more at once would only wait, and be the more to begin again after a crash.
 */
app.storageQueue('onRegistrations', {
  queueName: 'registrations',
  connection: 'AzureWebJobsStorage',
  handler: reading('registrations', batchMessageOf, parking, async (message, context) => {
    const deps = deviceBatches();
    tell(await deps.inTurn(async () => runDeviceBatch(message, deps)), message.batch, functionsLog(context));
  }),
});

function tell(result: BatchResult, batch: string, log: Log): void {
  switch (result.kind) {
    case 'done': {
      const { job, action, finished: count, failed, last } = result;
      logFailures(result, log);
      if (failed > 0) log('device-batch-failed', { job: job.ccs_devicejobid, batch, action, count, failed });
      if (last)
        log('device-job-done', { job: job.ccs_devicejobid, action, count: job.ccs_finished, failed: job.ccs_failed });
      return;
    }
    case 'waits':
      return log('device-batch-waits', { batch, seconds: result.seconds });
    case 'given-up':
      log('device-batch-given-up', { batch, action: result.action, failed: result.failed });
      return logFailures(result, log);
    case 'nothing':
    case 'busy':
      return;
  }
}
