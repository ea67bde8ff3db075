import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeSigningKey } from './signing-key';

/** A stand-in for Microsoft Entra ID: gives tokens with whatever roles are asked for to whoever has the secret. */
export interface Issuer {
  url: string;
  keysUrl: string;
  /** Where `POST` with a form (`client_id`, `client_secret`, `role`, once or more) is answered with a token. */
  tokenUrl: string;
  audience: string;
  /** A token as it would be given, with other claims in place of its own. */
  token(claims?: object): string;
  /** Signs with another key from now on; the old one stays published, as Microsoft Entra ID does it. */
  rotate(): void;
  stop(): Promise<void>;
}

const audience = 'api://connected-customer-service';
const lifetime = 3600;
const largestForm = 10_000;

/** Listens on 127.0.0.1, on a port of its own. */
export async function startIssuer(secret: string, now: () => number = Date.now): Promise<Issuer> {
  let keys = [makeSigningKey()];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const token: Issuer['token'] = (claims = {}) => {
    const iat = Math.floor(now() / 1000);
    const own = { iss: url, aud: audience, iat, nbf: iat, exp: iat + lifetime, azp: 'local', tid: 'local' };
    return keys[0]!.sign({ ...own, ...claims });
  };

  const give = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await bodyOf(request));
    const name = form.get('client_id') ?? '';
    if (!isSame(form.get('client_secret') ?? '', secret) || name === '') {
      return send(response, 401, { error: 'invalid_client', error_description: 'Send client_id and client_secret.' });
    }
    const roles = form.getAll('role');
    send(response, 200, {
      token_type: 'Bearer',
      expires_in: lifetime,
      access_token: token({ oid: objectIdOf(name), name, roles }),
    });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', url);
    if (request.method === 'POST' && pathname === '/token') return give(request, response);
    if (request.method === 'GET' && pathname === '/keys') {
      return send(response, 200, { keys: keys.map(({ jwk }) => jwk) });
    }
    send(response, 404, { error: 'There are GET /keys and POST /token.' });
  };

  return {
    url,
    keysUrl: `${url}/keys`,
    tokenUrl: `${url}/token`,
    audience,
    token,
    rotate: () => void (keys = [makeSigningKey(), ...keys].slice(0, 2)),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** One name is one user, from one start to the next. */
function objectIdOf(name: string): string {
  const hex = createHash('sha256').update(`local user ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > largestForm) throw new Error('The form is too long.');
  }
  return text;
}

function isSame(sent: string, expected: string): boolean {
  const [a, b] = [sent, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

function send(response: ServerResponse, status: number, json: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(json));
}
