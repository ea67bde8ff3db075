import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { expiry } from '../shared/composition';
import { expireAlerts } from '../shared/workflows/expire-alerts';

/** Every hour: alerts that are older than RETENTION_DAYS and have no open case or work order. */
app.timer('onExpiredAlerts', {
  schedule: '0 20 * * * *',
  handler: async (_timer, context) => {
    const removed = await expireAlerts(expiry());
    if (removed > 0) functionsLog(context)('alerts-expired', { count: removed });
  },
});
