import { app } from '@azure/functions';
import { access, deviceDataRequests } from '../shared/composition';
import { idsIn } from '../shared/domain/id-list';
import { calling } from '../shared/odata/action-call';
import { askForDeviceData, foreseeDeviceData } from '../shared/workflows/ask-for-device-data';
import { guarded } from '../shared/odata/guarded';
import type { AskForDataDeps } from '../shared/workflows/ask-for-device-data';

/**
 * Asks for what the hub knows of devices: reported properties, connection state, last activity. The answer comes when the
 * requests are queued; what was found is in the devices and in their data history.
 */
export function pullDataForIoTDevice(dependencies: () => AskForDataDeps) {
  return calling('msdyn_PullDataForIoTDevice', async ({ IoTDeviceIds, DryRun }) => {
    const ids = idsIn('IoTDeviceIds', IoTDeviceIds).map(({ id }) => id);
    if (DryRun) return { values: await foreseeDeviceData(ids, dependencies()) };
    await askForDeviceData(ids, dependencies());
    return {};
  });
}

app.http('msdyn_PullDataForIoTDevice', {
  route: 'api/data/v9.2/msdyn_PullDataForIoTDevice',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, pullDataForIoTDevice(deviceDataRequests)),
});
