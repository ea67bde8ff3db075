import { app } from '@azure/functions';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { access, healthChecks } from '../shared/composition';
import { guarded } from '../shared/odata/guarded';
import type { AccessDeps } from '../shared/workflows/identify-caller';
import { lookAtHealth } from '../shared/workflows/look-at-health';
import type { HealthDeps } from '../shared/workflows/look-at-health';

const headers = { 'cache-control': 'no-store' };

/**
 * Says to anybody that the app is up and its settings can be used; asks nothing of storage or hub, so that it costs nobody
 * anything. With `?details`, and only for those who have a role, how each part is and what to do.
 */
export function health(who: () => AccessDeps, checks: () => HealthDeps) {
  const details = guarded(who, async () => ({ jsonBody: await lookAtHealth(checks()), headers }));
  return async (request: HttpRequest, context: Pick<InvocationContext, 'error'>): Promise<HttpResponseInit> =>
    request.query.has('details') ? details(request, context) : { jsonBody: { status: 'up' }, headers };
}

app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: health(access, healthChecks),
});
