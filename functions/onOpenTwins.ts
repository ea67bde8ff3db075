import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { twins } from '../shared/composition';
import { askAgain } from '../shared/workflows/follow-twins';

/** Every minute: twins that were to be brought up to date two minutes ago and are not. */
app.timer('onOpenTwins', {
  schedule: '20 * * * * *',
  handler: async (_timer, context) => {
    const asked = await askAgain(twins());
    if (asked > 0) functionsLog(context)('twins-tried-again', { count: asked });
  },
});
