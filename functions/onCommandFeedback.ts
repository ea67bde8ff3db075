import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { feedback } from '../shared/composition';
import { commandFeedback } from '../shared/model/choices';
import type { Log } from '../shared/ports/log';
import { collectFeedback } from '../shared/workflows/collect-feedback';
import type { Collected } from '../shared/workflows/collect-feedback';

/** Every 15 seconds: what devices did with their commands, as the hub reports it. */
app.timer('onCommandFeedback', {
  schedule: '*/15 * * * * *',
  useMonitor: false,
  handler: async (_timer, context) => {
    const dependencies = feedback();
    if (dependencies) report(await collectFeedback(dependencies), functionsLog(context));
  },
});

function report({ commands, strangers }: Collected, log: Log): void {
  for (const { msdyn_iotdevicecommandid: command, msdyn_deviceid: device, ccs_feedback: told } of commands) {
    log(told === commandFeedback.Delivered ? 'command-delivered' : 'command-not-delivered', { command, device });
  }
  if (strangers > 0) log('feedback-of-strangers', { count: strangers });
}
