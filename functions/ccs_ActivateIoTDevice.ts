import { app } from '@azure/functions';
import { registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { askForDevices } from '../shared/workflows/ask-for-devices';
import type { JobDeps } from '../shared/workflows/start-device-job';

/** Enables the identities of devices, which then may connect. The answer comes when it is begun and names the job, which tells the rest. */
export function activateIoTDevice(dependencies: () => JobDeps) {
  return calling('ccs_ActivateIoTDevice', async (call) => ({
    values: await askForDevices('Activate', call, dependencies()),
  }));
}

app.http('ccs_ActivateIoTDevice', {
  route: 'data/v9.2/ccs_ActivateIoTDevice',
  methods: ['POST'],
  authLevel: 'function',
  handler: activateIoTDevice(registration),
});
