import { app } from '@azure/functions';
import { access, registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { askForDevices } from '../shared/workflows/ask-for-devices';
import type { RegisterDeps } from '../shared/workflows/register-devices';

/**
 * Asks for the registration of devices with the hub. The answer comes when the requests are queued; the devices are In
 * Progress until they are dealt with (`onRegistrations`), and the job that `Location` leads to says how far it is.
 */
export function registerIoTDevice(dependencies: () => RegisterDeps) {
  return calling('msdyn_RegisterIoTDevice', async (call, _id, { id: by }) => {
    const begun = await askForDevices('Register', call, { ...dependencies(), by });
    if (call.DryRun) return { values: begun };
    const { ccs_devicejobid: id } = begun;
    return id === null ? {} : { told: { entity: 'ccs_devicejob', id } };
  });
}

app.http('msdyn_RegisterIoTDevice', {
  route: 'api/data/v9.2/msdyn_RegisterIoTDevice',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, registerIoTDevice(registration)),
});
