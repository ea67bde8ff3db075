import { app } from '@azure/functions';
import { access, parenting } from '../shared/composition';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { convertAlert } from '../shared/workflows/convert-alert';
import type { ParentDeps } from '../shared/workflows/parent-alert';

/**
 * Opens a case for a primary alert and answers its id. Refused in words when the alert is a duplicate, has one already or is
 * closed, or when nobody knows whose account it would be for.
 */
export function createCase(dependencies: () => ParentDeps) {
  return calling('ccs_CreateCase', async (_call, id, { id: by }) =>
    convertAlert(id, 'case', { ...dependencies(), by }),
  );
}

app.http('ccs_CreateCase', {
  route: 'api/data/v9.2/msdyn_iotalerts({id})/Microsoft.Dynamics.CRM.ccs_CreateCase',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, createCase(parenting)),
});
