import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { deviceBatches, parking } from '../shared/composition';
import { failureLine } from '../shared/domain/batch-progress';
import { batchMessageOf } from '../shared/domain/device-job';
import { reading } from '../shared/hub/queue-reader';
import type { Ended } from '../shared/workflows/end-device-batch';
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
    tell(await deps.inTurn(async () => runDeviceBatch(message, deps)), message.batch, context);
  }),
});

function tell(result: BatchResult, batch: string, context: InvocationContext): void {
  switch (result.kind) {
    case 'done': {
      const { job, finished, failed, last } = result;
      sayWhoFailed(result, context);
      const name = `${job.ccs_name} (job ${job.ccs_devicejobid})`;
      if (failed > 0) context.warn(`${name}: ${failed} of ${finished} failed in a batch; each device says why.`);
      if (last) context.log(`${name} is done: ${job.ccs_finished} devices, ${job.ccs_failed} of them failed.`);
      return;
    }
    case 'waits':
      return context.warn(`Batch ${batch} waits ${result.seconds} s for the hub. ${result.reason}`);
    case 'given-up':
      context.error(`Batch ${batch}: ${result.failed} devices failed. ${result.reason}`);
      return sayWhoFailed(result, context);
    case 'nothing':
    case 'busy':
      return;
  }
}

function sayWhoFailed({ action, failures }: Ended, context: InvocationContext): void {
  for (const failure of failures) context.error(failureLine(action, failure));
}
