import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { connecting } from '../shared/composition';
import { settleConnections } from '../shared/workflows/follow-connections';

/**
 * Every minute: devices of which a connection begins or ends by its dates, and those whose connection was written by somebody
 * who crashed before the device's customer asset followed.
 */
app.timer('onConnections', {
  schedule: '40 * * * * *',
  handler: async (_timer, context) => {
    const settled = await settleConnections(connecting());
    if (settled.length > 0)
      functionsLog(context)('connections-settled', { count: settled.length, deviceRecord: settled[0] });
  },
});
