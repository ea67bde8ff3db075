import { app } from '@azure/functions';
import { access, registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { askForDevices } from '../shared/workflows/ask-for-devices';
import type { JobDeps } from '../shared/workflows/start-device-job';

/** Deletes the identities of devices from the hub; their records stay. The answer comes when it is begun and names the job, which tells the rest. */
export function unregisterIoTDevice(dependencies: () => JobDeps) {
  return calling('ccs_UnregisterIoTDevice', async (call, _id, { id: by }) => ({
    values: await askForDevices('Unregister', call, { ...dependencies(), by }),
  }));
}

app.http('ccs_UnregisterIoTDevice', {
  route: 'api/data/v9.2/ccs_UnregisterIoTDevice',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, unregisterIoTDevice(registration)),
});
