import { app } from '@azure/functions';
import { deviceDataRequests } from '../shared/composition';
import { idsIn } from '../shared/domain/id-list';
import { calling } from '../shared/odata/action-call';
import { askForDeviceData } from '../shared/workflows/ask-for-device-data';
import type { AskForDataDeps } from '../shared/workflows/ask-for-device-data';

/**
 * Asks for what the hub knows of devices: reported properties, connection state, last activity. The answer comes when the
 * requests are queued; what was found is in the devices and in their data history.
 */
export function pullDataForIoTDevice(dependencies: () => AskForDataDeps) {
  return calling('msdyn_PullDataForIoTDevice', async ({ IoTDeviceIds, DryRun }) => {
    const ids = idsIn('IoTDeviceIds', IoTDeviceIds).map(({ id }) => id);
    await askForDeviceData(ids, { dryRun: DryRun ?? false }, dependencies());
  });
}

app.http('msdyn_PullDataForIoTDevice', {
  route: 'data/v9.2/msdyn_PullDataForIoTDevice',
  methods: ['POST'],
  authLevel: 'function',
  handler: pullDataForIoTDevice(deviceDataRequests),
});
