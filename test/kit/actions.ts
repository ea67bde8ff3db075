import { hushed } from './quiet-functions-library';
import { HttpRequest } from '@azure/functions';
import type { HttpResponseInit } from '@azure/functions';
import { root } from './web-api';

// Used, so that it is loaded, and loaded first.
void hushed;

type Handler = (request: HttpRequest, context: { error(...words: unknown[]): void }) => Promise<HttpResponseInit>;

export interface ActionAnswer {
  status: number;
  headers: Headers;
  /** The body as it was written, digits and all. */
  text: string;
  json: Record<string, unknown> & { error?: { code: string; message: string } };
  /** What was reported as a fault of the service. */
  faults: unknown[];
}

/** Calls an action's handler as the host would; a body that is no text is sent as JSON. */
export async function call(handler: Handler, path: string, body?: unknown): Promise<ActionAnswer> {
  const faults: unknown[] = [];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new HttpRequest({
    method: 'POST',
    url: `${root}/${path}`,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: { bytes: Buffer.from(text) } }),
  });
  const answer = await handler(request, { error: (...words) => void faults.push(...words) });
  const written = (answer.body as string | undefined) ?? '';
  return {
    status: answer.status ?? 200,
    headers: new Headers(answer.headers),
    text: written,
    json: (written ? JSON.parse(written) : {}) as ActionAnswer['json'],
    faults,
  };
}
