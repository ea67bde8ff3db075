import { app } from '@azure/functions';
import { deviceImport } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { askForImport } from '../shared/workflows/ask-for-import';
import type { ImportDeps } from '../shared/workflows/ask-for-import';

/** Brings devices in that were created in the hub: all, or those listed. The answer names the job, which tells the rest. */
export function importIoTDevices(dependencies: () => ImportDeps) {
  return calling('ccs_ImportIoTDevices', async (call) => ({ values: await askForImport(call, dependencies()) }));
}

app.http('ccs_ImportIoTDevices', {
  route: 'data/v9.2/ccs_ImportIoTDevices',
  methods: ['POST'],
  authLevel: 'function',
  handler: importIoTDevices(deviceImport),
});
