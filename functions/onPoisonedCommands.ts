import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { commanding, parking } from '../shared/composition';
import { readCommandWork } from '../shared/domain/command-work';
import { reading } from '../shared/hub/queue-reader';
import { giveUpOnCommand } from '../shared/workflows/work-on-commands';

/** Commands that failed again and again for a reason that nobody foresaw end in Error. */
app.storageQueue('onPoisonedCommands', {
  queueName: 'commands-poison',
  connection: 'AzureWebJobsStorage',
  handler: reading('commands-poison', readCommandWork, parking, async (work, context) => {
    await giveUpOnCommand(
      work,
      'The service failed to deal with it; its log says why. It may have been sent.',
      commanding(),
    );
    functionsLog(context)('command-given-up', { command: work.command });
  }),
});
