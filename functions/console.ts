import { app } from '@azure/functions';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { pages } from '../shared/composition';
import { pageAnswer } from '../shared/pages/page-answer';
import type { Pages } from '../shared/pages/page-answer';

/**
 * The web console, at `/console` and every place below it. Its files hold nothing secret and ask for no key; whatever the
 * page reads or changes goes through the Web API, which asks.
 */
export function servePages(from: () => Pages) {
  return async ({ params, headers }: Pick<HttpRequest, 'params' | 'headers'>): Promise<HttpResponseInit> =>
    pageAnswer(from(), {
      path: params['path'] ?? '',
      acceptEncoding: headers.get('accept-encoding'),
      ifNoneMatch: headers.get('if-none-match'),
    });
}

app.http('console', {
  route: 'console/{*path}',
  methods: ['GET', 'HEAD'],
  authLevel: 'anonymous',
  handler: servePages(pages),
});
