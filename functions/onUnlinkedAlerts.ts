import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { ingestion } from '../shared/composition';
import { linkWaitingAlerts } from '../shared/workflows/link-waiting-alerts';

/**
 * Every five minutes: alerts whose device appeared in the very moment they were stored. Creating a device links its
 * alerts at once; this finds the few that slipped through between the two.
 */
app.timer('onUnlinkedAlerts', {
  schedule: '0 */5 * * * *',
  handler: async (_timer, context) => {
    const linked = await linkWaitingAlerts(ingestion());
    if (linked > 0) functionsLog(context)('alerts-linked', { count: linked });
  },
});
