import { app } from '@azure/functions';
import { functionsLog } from '../shared/adapters/functions/log';
import { deviceData } from '../shared/composition';
import { takeUpData } from '../shared/workflows/data-requests';

/** Every half minute: requests for device data whose message was lost, because whoever had it was killed. */
app.timer('onOpenDeviceData', {
  schedule: '15,45 * * * * *',
  handler: async (_timer, context) => {
    const taken = await takeUpData(deviceData());
    if (taken > 0) functionsLog(context)('device-data-taken-up', { count: taken });
  },
});
