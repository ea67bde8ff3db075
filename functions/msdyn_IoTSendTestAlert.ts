import { app } from '@azure/functions';
import { access, testAlerts } from '../shared/composition';
import { idsIn } from '../shared/domain/id-list';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { sendTestAlerts } from '../shared/workflows/send-test-alerts';
import type { TestAlertDeps } from '../shared/workflows/send-test-alerts';

/**
 * Sends an alert of type Test as each device, from the device's side of the hub, so that it takes the whole way of an alert.
 * It opens nothing.
 */
export function sendTestAlert(dependencies: () => TestAlertDeps) {
  return calling('msdyn_IoTSendTestAlert', async ({ IoTDeviceIds }) => {
    const ids = idsIn('IoTDeviceIds', IoTDeviceIds).map(({ id }) => id);
    await sendTestAlerts(ids, dependencies());
  });
}

app.http('msdyn_IoTSendTestAlert', {
  route: 'api/data/v9.2/msdyn_IoTSendTestAlert',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, sendTestAlert(testAlerts)),
});
