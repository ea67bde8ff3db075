import { app } from '@azure/functions';
import { access, parenting } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { convertAlert } from '../shared/workflows/convert-alert';
import type { ParentDeps } from '../shared/workflows/parent-alert';

/**
 * Opens a work order for a primary alert and answers its id. Refused in words when the alert is a duplicate, has one already or is
 * closed, or when nobody knows whose account it would be for.
 */
export function createWorkOrder(dependencies: () => ParentDeps) {
  return calling('ccs_CreateWorkOrder', async (_call, id, { id: by }) =>
    convertAlert(id, 'workorder', { ...dependencies(), by }),
  );
}

app.http('ccs_CreateWorkOrder', {
  route: 'api/data/v9.2/msdyn_iotalerts({id})/Microsoft.Dynamics.CRM.ccs_CreateWorkOrder',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, createWorkOrder(parenting)),
});
