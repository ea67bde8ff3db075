import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isConsole, readAuthorization, signInPage } from './authorization';
import { grants } from './grants';
import type { Holder } from './grants';
import { makeSigningKey } from './signing-key';

/**
 * A stand-in for Microsoft Entra ID: gives tokens with whatever roles are asked for to whoever has the secret. Programs
 * send it, people type it; pages sign people in by authorization code with PKCE.
 */
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

type Route = (request: IncomingMessage, response: ServerResponse, address: URL) => Promise<void> | void;

/** Listens on 127.0.0.1, on a port of its own. */
export async function startIssuer(secret: string, now: () => number = Date.now): Promise<Issuer> {
  let keys = [makeSigningKey()];
  const given = grants(now);
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
  const tokenOf = (name: string, roles: readonly string[], azp = 'local') => ({
    token_type: 'Bearer',
    expires_in: lifetime,
    access_token: token({ oid: objectIdOf(name), name, roles, azp }),
  });

  const toHolder = (response: ServerResponse, holder: Holder | undefined): void => {
    const words = 'The code or refresh token was used, is too old, or was given to somebody else.';
    if (!holder) return send(response, 400, { error: 'invalid_grant', error_description: words });
    const { client, name, roles } = holder;
    send(response, 200, { ...tokenOf(name, roles, client), refresh_token: given.refreshToken(holder) });
  };

  const routes: Readonly<Record<string, Route>> = {
    'GET /keys': (_request, response) => send(response, 200, { keys: keys.map(({ jwk }) => jwk) }),

    'GET /.well-known/openid-configuration': (_request, response) =>
      send(response, 200, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        end_session_endpoint: `${url}/logout`,
        jwks_uri: `${url}/keys`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
      }),

    'GET /authorize': (_request, response, { searchParams }) => {
      const asked = readAuthorization(searchParams);
      if ('problem' in asked) return sendPage(response, 400, asked.problem);
      sendPage(response, 200, signInPage());
    },

    'POST /authorize': async (request, response, { searchParams }) => {
      const asked = readAuthorization(searchParams);
      if ('problem' in asked) return sendPage(response, 400, asked.problem);
      const form = new URLSearchParams(await bodyOf(request));
      if (!isSame(form.get('password') ?? '', secret)) return sendPage(response, 401, signInPage('Wrong password.'));
      const { client, redirect, challenge, state } = asked;
      const roles = form.getAll('role').filter((role) => role !== '');
      const code = given.code({ client, redirect, challenge, name: form.get('name') || 'somebody', roles });
      response.writeHead(302, { location: `${redirect}?${new URLSearchParams({ code, state }).toString()}` });
      response.end();
    },

    'GET /logout': (_request, response, { searchParams }) => {
      const back = searchParams.get('post_logout_redirect_uri') ?? '';
      if (!isConsole(back)) return sendPage(response, 400, 'post_logout_redirect_uri must be the console.');
      response.writeHead(302, { location: back });
      response.end();
    },

    'POST /token': async (request, response) => {
      const form = new URLSearchParams(await bodyOf(request));
      const field = (name: string) => form.get(name) ?? '';
      const client = field('client_id');
      if (field('grant_type') === 'authorization_code') {
        const by = { client, redirect: field('redirect_uri'), verifier: field('code_verifier') };
        return toHolder(response, given.redeem(field('code'), by));
      }
      if (field('grant_type') === 'refresh_token')
        return toHolder(response, given.renew(field('refresh_token'), client));
      if (!isSame(field('client_secret'), secret) || client === '') {
        return send(response, 401, {
          error: 'invalid_client',
          error_description: 'Send client_id and client_secret.',
        });
      }
      send(response, 200, tokenOf(client, form.getAll('role')));
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = new URL(request.url ?? '/', url);
    const route = routes[`${request.method} ${address.pathname}`];
    if (!route) return send(response, 404, { error: `There are ${Object.keys(routes).join(', ')}.` });
    await route(request, response, address);
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

/** Pages of other origins may read these answers: nothing in them is given to who has not proved himself. */
function send(response: ServerResponse, status: number, json: object): void {
  const open = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' };
  response.writeHead(status, { 'content-type': 'application/json', ...open });
  response.end(JSON.stringify(json));
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
  });
  response.end(html);
}
