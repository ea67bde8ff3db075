import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { commanding } from '../shared/composition';
import { takeUpCommands } from '../shared/workflows/work-on-commands';

/**
 * Every minute: commands that nobody is at any more, because a process or a message was lost, go into the queue again.
 */
app.timer('onOpenCommands', {
  schedule: '30 * * * * *',
  handler: async (_timer, context) => {
    const taken = await takeUpCommands(commanding());
    if (taken > 0) functionsLog(context)('commands-taken-up', { count: taken });
  },
});
