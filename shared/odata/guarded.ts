import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { demandAnyRole } from '../domain/caller';
import type { Caller } from '../domain/caller';
import { identifyCaller } from '../workflows/identify-caller';
import type { AccessDeps } from '../workflows/identify-caller';
import { answering } from './error-answers';
import { reportTo } from './report';

type Context = Pick<InvocationContext, 'error'>;

/** An HTTP function that is told who calls. */
export type Handler = (request: HttpRequest, context: Context, caller?: Caller) => Promise<HttpResponseInit>;

/** Stands before a function: finds out who calls, and lets nobody pass who is not known or has no role. */
export function guarded(access: () => AccessDeps, handler: Handler) {
  return async (request: HttpRequest, context: Context): Promise<HttpResponseInit> => {
    let caller: Caller | undefined;
    const refusal = await answering(async () => {
      caller = await identifyCaller(request, access());
      caller.spend?.('requests', 1);
      demandAnyRole(caller);
      if (request.method !== 'GET') await access().remember(caller);
      return {};
    }, reportTo(context));
    if (caller && refusal.status === undefined) return withHeaders(await handler(request, context, caller), cautious);
    if (refusal.status !== 401) return withHeaders(refusal, cautious);
    return withHeaders(refusal, { ...cautious, 'WWW-Authenticate': access().challenge });
  };
}

/** Answers are for who asked, and are what their type says. */
const cautious = { 'Cache-Control': 'private, no-cache', 'X-Content-Type-Options': 'nosniff' };

function withHeaders(answer: HttpResponseInit, more: Readonly<Record<string, string>>): HttpResponseInit {
  return { ...answer, headers: { ...(answer.headers as Record<string, string>), ...more } };
}
