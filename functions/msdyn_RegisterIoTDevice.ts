import { app } from '@azure/functions';
import { registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { askForDevices } from '../shared/workflows/ask-for-devices';
import type { RegisterDeps } from '../shared/workflows/register-devices';

/**
 * Asks for the registration of devices with the hub. The answer comes when the requests are queued; the devices are In
 * Progress until they are dealt with (`onRegistrations`), and the job that `Location` leads to says how far it is.
 */
export function registerIoTDevice(dependencies: () => RegisterDeps) {
  return calling('msdyn_RegisterIoTDevice', async (call) => {
    const begun = await askForDevices('Register', call, dependencies());
    if (call.DryRun) return { values: begun };
    const { ccs_devicejobid: id } = begun;
    return id === null ? {} : { told: { entity: 'ccs_devicejob', id } };
  });
}

app.http('msdyn_RegisterIoTDevice', {
  route: 'data/v9.2/msdyn_RegisterIoTDevice',
  methods: ['POST'],
  authLevel: 'function',
  handler: registerIoTDevice(registration),
});
