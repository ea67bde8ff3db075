import { app } from '@azure/functions';
import type { InvocationContext } from '@azure/functions';
import { commanding, parking } from '../shared/composition';
import { ServiceError } from '../shared/domain/errors';
import { readCommandWork } from '../shared/domain/command-work';
import { reading } from '../shared/hub/queue-reader';
import { commandStatus } from '../shared/model/choices';
import type { Progress } from '../shared/workflows/send-command';
import { workOnCommand } from '../shared/workflows/work-on-commands';

/** Sends commands: each message of the queue is about one of them. What has to wait is queued again. */
app.storageQueue('onCommands', {
  queueName: 'commands',
  connection: 'AzureWebJobsStorage',
  handler: reading('commands', readCommandWork, parking, async (work, context) => {
    try {
      report(await workOnCommand(work, commanding()), context);
    } catch (error) {
      // Its note stays, so that it is taken up when the storage is back; trying at once would only use the message up.
      if (!isAway(error)) throw error;
      context.error(`Command ${work.command} has to wait: ${(error as Error).message}`);
    }
  }),
});

function isAway(error: unknown): boolean {
  return error instanceof ServiceError && (error.code === 'storage-unavailable' || error.code === 'queue-unreachable');
}

function report(progress: Progress, log: InvocationContext): void {
  if (progress.kind === 'gone') return;
  const { msdyn_iotdevicecommandid: id, msdyn_deviceid: device, ...command } = progress.command;
  const subject = `Command ${id} to device ${device ?? '(none)'}`;
  if (progress.kind === 'waiting') log.info(`${subject}: ${command.msdyn_commandstatusreason ?? 'is being sent'}`);
  else if (command.msdyn_commandstatus === commandStatus.Sent) log.info(`${subject}: sent`);
  else log.error(`${subject} failed: ${command.msdyn_commandstatusreason ?? ''}`);
}
