import { app } from '@azure/functions';
import { access, registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { askForDevices } from '../shared/workflows/ask-for-devices';
import type { JobDeps } from '../shared/workflows/start-device-job';

/** Enables the identities of devices, which then may connect. The answer comes when it is begun and names the job, which tells the rest. */
export function activateIoTDevice(dependencies: () => JobDeps) {
  return calling('ccs_ActivateIoTDevice', async (call, _id, { id: by }) => ({
    values: await askForDevices('Activate', call, { ...dependencies(), by }),
  }));
}

app.http('ccs_ActivateIoTDevice', {
  route: 'api/data/v9.2/ccs_ActivateIoTDevice',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, activateIoTDevice(registration)),
});
