import { app } from '@azure/functions';
import { registration } from '../shared/composition';
import { idsIn } from '../shared/domain/id-list';
import { calling } from '../shared/odata/action-call';
import { registerDevices } from '../shared/workflows/register-devices';
import type { RegisterDeps } from '../shared/workflows/register-devices';

/**
 * Asks for the registration of devices with the hub. The answer comes when the requests are queued; the devices are In
 * Progress until the hub's side has dealt with them.
 */
export function registerIoTDevice(dependencies: () => RegisterDeps) {
  return calling('msdyn_RegisterIoTDevice', async ({ IoTDeviceIds }) => {
    const ids = idsIn('IoTDeviceIds', IoTDeviceIds).map(({ id }) => id);
    await registerDevices(ids, dependencies());
  });
}

app.http('msdyn_RegisterIoTDevice', {
  route: 'api/data/v9.2/msdyn_RegisterIoTDevice',
  methods: ['POST'],
  authLevel: 'function',
  handler: registerIoTDevice(registration),
});
