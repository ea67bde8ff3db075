import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { Issuer } from '../../infra/local/issuer/issuer';
import { encoded, makeSigningKey } from '../../infra/local/issuer/signing-key';

/** A token that must open nothing, made from claims that would be good, and what is said of it. */
export interface BadToken {
  which: string;
  token(issuer: Issuer, claims: object): string | Promise<string>;
  message: RegExp;
}

const seconds = () => Math.floor(Date.now() / 1000);

export const badTokens: readonly BadToken[] = [
  {
    which: 'that has expired',
    token: (issuer, claims) => issuer.token({ ...claims, exp: seconds() - 3600 }),
    message: /expired/,
  },
  {
    which: 'that is not valid yet',
    token: (issuer, claims) => issuer.token({ ...claims, nbf: seconds() + 3600 }),
    message: /not valid yet/,
  },
  {
    which: 'that never expires',
    token: (issuer, claims) => issuer.token({ ...claims, exp: undefined }),
    message: /when it expires/,
  },
  {
    which: 'for another service',
    token: (issuer, claims) => issuer.token({ ...claims, aud: 'api://another' }),
    message: /another service/,
  },
  {
    which: 'for nobody',
    token: (issuer, claims) => issuer.token({ ...claims, aud: undefined }),
    message: /another service/,
  },
  {
    which: 'of another issuer',
    token: (issuer, claims) => issuer.token({ ...claims, iss: 'https://login.example' }),
    message: /another issuer/,
  },
  {
    which: 'of an issuer whose name begins alike',
    token: (issuer, claims) => issuer.token({ ...claims, iss: `${issuer.url}/x` }),
    message: /another issuer/,
  },
  { which: 'without an owner', token: (issuer, claims) => issuer.token({ ...claims, oid: undefined }), message: /oid/ },
  {
    which: 'whose owner is no id',
    token: (issuer, claims) => issuer.token({ ...claims, oid: "x' or 1 eq 1" }),
    message: /oid/,
  },
  {
    which: 'that only tells a page who its user is',
    token: (issuer, claims) => issuer.token({ ...claims, azp: undefined }),
    message: /no access token/,
  },
  {
    which: 'without a signature',
    token: (issuer, claims) => unsigned(issuer.token(claims), 'none'),
    message: /signature/,
  },
  {
    which: 'without a signature, in other letter case',
    token: (issuer, claims) => unsigned(issuer.token(claims), 'nOnE'),
    message: /signature/,
  },
  {
    which: 'whose claims were changed',
    token: (issuer, claims) => changed(issuer.token(claims)),
    message: /signature/,
  },
  {
    which: 'signed with a key of somebody else',
    token: (issuer, claims) => makeSigningKey().sign(body(issuer.token(claims))),
    message: /signature/,
  },
  {
    which: 'signed with a key of somebody else under the name of ours',
    token: (issuer, claims) => underOurName(issuer.token(claims)),
    message: /signature/,
  },
  {
    which: 'that brings its own key',
    token: (issuer, claims) => withOwnKey(issuer.token(claims)),
    message: /signature/,
  },
  { which: 'of words', token: () => 'letmein', message: /signature/ },
  { which: 'of five parts', token: () => 'a.b.c.d.e', message: /signature/ },
  { which: 'that is longer than any', token: () => 'a'.repeat(20_000), message: /longer/ },
  {
    which: 'whose shared secret is the public key as text',
    token: async (issuer, claims) => {
      const key = await publicKey(issuer);
      const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      return withSecret(issuer.token(claims), key, pem.toString());
    },
    message: /signature/,
  },
  {
    which: 'whose shared secret is the public key as JSON',
    token: async (issuer, claims) => {
      const key = await publicKey(issuer);
      return withSecret(issuer.token(claims), key, JSON.stringify(key));
    },
    message: /signature/,
  },
  {
    which: 'that says where its key is',
    token: (issuer, claims) => pointingElsewhere(issuer.token(claims)),
    message: /signature/,
  },
];

function body(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
}

function unsigned(token: string, alg: string): string {
  return `${encoded({ typ: 'JWT', alg })}.${token.split('.')[1]}.`;
}

function changed(token: string): string {
  const [head, , signature] = token.split('.');
  return `${head}.${encoded({ ...body(token), name: 'Eve', roles: ['IoT.Administrator'] })}.${signature}`;
}

function underOurName(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = token.split('.').slice(0, 2).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

function withOwnKey(token: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const signed = `${encoded({ typ: 'JWT', alg: 'RS256', jwk })}.${encoded(body(token))}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

async function publicKey({ keysUrl }: Issuer): Promise<JsonWebKey> {
  const { keys } = (await (await fetch(keysUrl)).json()) as { keys: JsonWebKey[] };
  return keys[0]!;
}

function withSecret(token: string, { kid }: JsonWebKey, secret: string): string {
  const signed = `${encoded({ typ: 'JWT', alg: 'HS256', kid })}.${token.split('.')[1]}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function pointingElsewhere(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [jku, x5u] = ['http://127.0.0.1:1/keys', 'http://127.0.0.1:1/certificate'];
  const signed = `${encoded({ typ: 'JWT', alg: 'RS256', kid: 'elsewhere', jku, x5u })}.${encoded(body(token))}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}
