import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { feedback } from '../shared/composition';
import { commandFeedback } from '../shared/model/choices';
import { collectFeedback } from '../shared/workflows/collect-feedback';
import type { Collected } from '../shared/workflows/collect-feedback';

/** Every 15 seconds: what devices did with their commands, as the hub reports it. */
app.timer('onCommandFeedback', {
  schedule: '*/15 * * * * *',
  useMonitor: false,
  handler: async (_timer, context) => {
    const dependencies = feedback();
    if (dependencies) report(await collectFeedback(dependencies), context);
  },
});

function report({ commands, strangers }: Collected, log: InvocationContext): void {
  for (const { msdyn_iotdevicecommandid: id, msdyn_deviceid: device, ...command } of commands) {
    const line = `Command ${id} to device ${device}: ${command.msdyn_commandstatusreason}`;
    if (command.ccs_feedback === commandFeedback.Delivered) log.info(line);
    else log.warn(line);
  }
  if (strangers > 0) log.info(`Passed over ${strangers} reports of messages that are no commands of this service.`);
}
