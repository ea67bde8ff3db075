import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { commanding, parking } from '../shared/composition';
import { ServiceError } from '../shared/domain/errors';
import { errorIds } from '../shared/domain/log-text';
import { readCommandWork } from '../shared/domain/command-work';
import { reading } from '../shared/hub/queue-reader';
import { commandStatus } from '../shared/model/choices';
import type { Log } from '../shared/ports/log';
import type { Progress } from '../shared/workflows/send-command';
import { workOnCommand } from '../shared/workflows/work-on-commands';

/** Sends commands: each message of the queue is about one of them. What has to wait is queued again. */
app.storageQueue('onCommands', {
  queueName: 'commands',
  connection: 'AzureWebJobsStorage',
  handler: reading('commands', readCommandWork, parking, async (work, context) => {
    try {
      report(await workOnCommand(work, commanding()), functionsLog(context));
    } catch (error) {
      // Its note stays, so that it is taken up when the storage is back; trying at once would only use the message up.
      if (!isAway(error)) throw error;
      functionsLog(context)('command-put-off', { command: work.command, ...errorIds(error) });
    }
  }),
});

function isAway(error: unknown): boolean {
  return error instanceof ServiceError && (error.code === 'storage-unavailable' || error.code === 'queue-unreachable');
}

function report(progress: Progress, log: Log): void {
  if (progress.kind === 'gone') return;
  const { msdyn_iotdevicecommandid: command, msdyn_deviceid: device, msdyn_commandstatus: status } = progress.command;
  const isSent = status === commandStatus.Sent;
  const line = progress.kind === 'waiting' ? 'command-waits' : isSent ? 'command-sent' : 'command-failed';
  log(line, { command, device });
}
