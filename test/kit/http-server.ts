import { hushed } from './quiet-functions-library';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRequest } from '@azure/functions';
import type { HttpResponseInit } from '@azure/functions';

// Used, so that it is loaded, and loaded first.
void hushed;

type Handler = (request: HttpRequest, context: { error(...words: unknown[]): void }) => Promise<HttpResponseInit>;

export interface TestServer {
  /** Service root, ending in `/`. */
  url: string;
  /** What was reported as a fault of the service. */
  faults: unknown[];
  stop(): Promise<void>;
}

/** Serves an HTTP function on a port of this machine, for clients that want a real connection. */
export async function serve(handler: Handler): Promise<TestServer> {
  const faults: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const answer = await handler(await requestOf(incoming), { error: (...words) => void faults.push(...words) });
      outgoing.writeHead(answer.status ?? 200, Object.fromEntries(new Headers(answer.headers)));
      outgoing.end(answer.body ?? '');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/data/v9.2/`,
    faults,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return new HttpRequest({
    method: incoming.method!,
    url: `http://${incoming.headers.host}${incoming.url}`,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(chunks.length > 0 && { body: { bytes: Buffer.concat(chunks) } }),
  });
}
