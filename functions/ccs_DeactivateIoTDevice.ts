import { app } from '@azure/functions';
import { access, registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { askForDevices } from '../shared/workflows/ask-for-devices';
import type { JobDeps } from '../shared/workflows/start-device-job';

/** Disables the identities of devices, which then cannot connect. The answer comes when it is begun and names the job, which tells the rest. */
export function deactivateIoTDevice(dependencies: () => JobDeps) {
  return calling('ccs_DeactivateIoTDevice', async (call, _id, { id: by }) => ({
    values: await askForDevices('Deactivate', call, { ...dependencies(), by }),
  }));
}

app.http('ccs_DeactivateIoTDevice', {
  route: 'api/data/v9.2/ccs_DeactivateIoTDevice',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, deactivateIoTDevice(registration)),
});
