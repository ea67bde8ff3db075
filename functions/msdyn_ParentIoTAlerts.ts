import { app } from '@azure/functions';
import { access, parenting } from '../shared/composition';
import { checkTimespan } from '../shared/domain/timespan';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { parentAlert } from '../shared/workflows/parent-alert';
import type { ParentDeps } from '../shared/workflows/parent-alert';
import type { Timespan } from '../shared/domain/timespan';

/**
 * Puts the alert, and the duplicates under it, under an earlier primary alert of its group that is within the timespan. An
 * alert that has a parent, or finds none, stays as it is; both are a success.
 */
export function parentIoTAlerts(dependencies: () => ParentDeps & { timespan: Timespan }) {
  return calling('msdyn_ParentIoTAlerts', async ({ TimespanSeconds }, id, { id: by }) => {
    const deps = { ...dependencies(), by };
    checkTimespan(TimespanSeconds, deps.timespan);
    await parentAlert(id, 1000 * TimespanSeconds, deps);
  });
}

app.http('msdyn_ParentIoTAlerts', {
  route: 'api/data/v9.2/msdyn_iotalerts({id})/Microsoft.Dynamics.CRM.msdyn_ParentIoTAlerts',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, parentIoTAlerts(parenting)),
});
