import { app } from '@azure/functions';
import { access, deviceImport } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { askForImport } from '../shared/workflows/ask-for-import';
import type { ImportDeps } from '../shared/workflows/ask-for-import';

/** Brings devices in that were created in the hub: all, or those listed. The answer names the job, which tells the rest. */
export function importIoTDevices(dependencies: () => ImportDeps) {
  return calling('ccs_ImportIoTDevices', async (call, _id, { id: by }) => ({
    values: await askForImport(call, { ...dependencies(), by }),
  }));
}

app.http('ccs_ImportIoTDevices', {
  route: 'api/data/v9.2/ccs_ImportIoTDevices',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, importIoTDevices(deviceImport)),
});
