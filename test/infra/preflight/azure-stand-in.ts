import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Answers by method and path, without its query. A list answers one after another, its last one for ever. */
export type Recording = Record<string, Recorded | Recorded[]>;

export interface StandIn {
  url: string;
  /** Every request, as `GET /path?query`, with the token it brought. */
  asked: { request: string; token: string }[];
  stop(): Promise<void>;
}

/** Serves recorded answers of Azure's management API, or of Dynamics, on this machine. What was not recorded is 404. */
export async function standIn(recording: Recording | ((url: string) => Recording)): Promise<StandIn> {
  const asked: StandIn['asked'] = [];
  const turns = new Map<string, number>();
  let answers: Recording = {};
  const server = createServer((request, response) => {
    request.resume();
    const { pathname } = new URL(request.url!, 'http://localhost');
    const key = `${request.method} ${pathname}`;
    asked.push({
      request: `${request.method} ${request.url}`,
      token: request.headers.authorization?.replace('Bearer ', '') ?? '',
    });
    const recorded = answers[key];
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    const notFound: Recorded = { status: 404, body: { error: { code: 'NotFound', message: `No ${key} here.` } } };
    const answer = (Array.isArray(recorded) ? (recorded[turn] ?? recorded.at(-1)) : recorded) ?? notFound;
    const { status = 200, headers = {}, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers = typeof recording === 'function' ? recording(url) : recording;
  return {
    url,
    asked,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
