import { app } from '@azure/functions';
import { deviceData } from '../shared/composition';
import { takeUpData } from '../shared/workflows/data-requests';

/** Every half minute: requests for device data whose message was lost, because whoever had it was killed. */
app.timer('onOpenDeviceData', {
  schedule: '15,45 * * * * *',
  handler: async (_timer, context) => {
    const taken = await takeUpData(deviceData());
    if (taken > 0) context.warn(`Took up ${taken} requests for device data that had got lost on the way.`);
  },
});
