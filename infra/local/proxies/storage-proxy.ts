import { once } from 'node:events';
import { Agent, createServer, request as openRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of one request to the storage. */
export type Fate =
  | { kind: 'pass' }
  | { kind: 'refused'; status: 429 | 500 | 503 }
  /** The connection breaks before the storage hears of the request, or after it has carried it out. */
  | { kind: 'cut-before' }
  | { kind: 'cut-after' }
  | { kind: 'slow'; milliseconds: number }
  /** The connection stands, and nothing ever comes. */
  | { kind: 'silent' };

/** One request as it went by. */
export interface SeenRequest {
  method: string;
  body: Buffer;
}

export interface StorageProxyOptions {
  fate?: () => Fate;
  /** Called for each request before it is passed on. */
  seen?: (request: SeenRequest) => void;
}

/** Something that stands in front of the table service. */
export interface StorageProxy {
  /** The connection string that leads through the proxy to the tables, and straight to everything else. */
  connectionString: string;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the table service of a local storage account. Signatures do not cover the port, so they hold. */
export async function startStorageProxy(
  connectionString: string,
  { fate = () => ({ kind: 'pass' }), seen = () => {} }: StorageProxyOptions,
): Promise<StorageProxy> {
  const endpoint = /TableEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(connectionString);
  if (!endpoint) throw new Error('The connection string names no local table endpoint.');
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    const decided = fate();
    if (decided.kind === 'cut-before') return cut(request);
    if (decided.kind === 'refused') return refuse(response, decided.status);
    if (decided.kind === 'silent') return;
    if (decided.kind === 'slow') await sleep(decided.milliseconds);
    seen({ method: request.method!, body });
    const answer = await forward(request, body);
    if (decided.kind === 'cut-after') return cut(request);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async function forward({ method, url, headers }: IncomingMessage, body: Buffer) {
    const passed = openRequest({ host: '127.0.0.1', port: endpoint![1], method, path: url, headers, agent });
    passed.end(body);
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    return { status: answer.statusCode!, headers: answer.headers, body: await bytesOf(answer) };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: connectionString.replace(endpoint[0], `TableEndpoint=http://127.0.0.1:${port}`),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

const words = { 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServerBusy' } as const;

function cut({ socket }: IncomingMessage): void {
  socket.destroy();
}

/** As Table Storage refuses. */
function refuse(response: ServerResponse, status: keyof typeof words): void {
  const code = words[status];
  const body = JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: code } } });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
