import { app } from '@azure/functions';
import { access, registration } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { enableRecords, foreseeEnabling } from '../shared/workflows/enable-records';
import type { EnableDeps } from '../shared/workflows/enable-records';

/**
 * Makes records of any table ready for devices: those without one get one, connected to them, and all of their devices are
 * registered.
 */
export function registerCustomEntity(dependencies: () => EnableDeps) {
  return calling('msdyn_RegisterCustomEntity', async (call, _id, { id: by }) => {
    if (call.DryRun) return { values: await foreseeEnabling(call, { ...dependencies(), by }) };
    const id = await enableRecords(call, { ...dependencies(), by });
    return id === undefined ? {} : { told: { entity: 'ccs_devicejob', id } };
  });
}

app.http('msdyn_RegisterCustomEntity', {
  route: 'api/data/v9.2/msdyn_RegisterCustomEntity',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, registerCustomEntity(registration)),
});
