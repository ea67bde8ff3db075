import { app } from '@azure/functions';

/** Says that the app is up and its settings can be used; asks nothing of storage or hub, so that it costs nobody anything. */
app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: { status: 'up' }, headers: { 'cache-control': 'no-store' } }),
});
