import { keyThatFits } from '../domain/access-keys';
import type { AccessKey } from '../domain/access-keys';
import { callerOfClaims, callerOfKey, localCaller } from '../domain/caller';
import type { Caller } from '../domain/caller';
import { ServiceError } from '../domain/errors';
import { isOfLoopback } from '../domain/loopback';
import { claimsOfPrincipal } from '../domain/platform-principal';
import type { Allowances } from '../ports/allowances';
import type { Tokens } from '../ports/tokens';
import { limitCaller } from './limit-caller';

/** Who is let in. */
export interface AccessDeps {
  /** Requests of this machine are let in without being asked who they are. */
  openOnLoopback: boolean;
  keys: readonly AccessKey[];
  /** Absent: bearer tokens are not taken. */
  tokens?: Tokens | undefined;
  /** The platform's own authentication stands in front of the app, and nobody else can set its headers. */
  behindPlatform: boolean;
  /** What those may use who had to say who they are. */
  allowances: Allowances;
  /** Keeps who may have written something. */
  remember(caller: Caller): Promise<void>;
  /** What `WWW-Authenticate` says. */
  challenge: string;
}

/** What of a request tells who sent it. */
interface Credentials {
  url: string;
  headers: { get(name: string): string | null };
}

/**
 * Finds out who calls, or throws `unauthenticated`; who had to say who he is, is limited in what he may use. One bad proof is
 * enough: there is no second try with another one.
 */
export async function identifyCaller({ url, headers }: Credentials, deps: AccessDeps): Promise<Caller> {
  const from = { url, host: headers.get('host'), origin: headers.get('origin') };
  if (deps.openOnLoopback && isOfLoopback(from)) return localCaller;
  return limitCaller(await provenCaller(headers, deps), deps.allowances);
}

async function provenCaller(headers: Credentials['headers'], deps: AccessDeps): Promise<Caller> {
  const principal = deps.behindPlatform ? headers.get('x-ms-client-principal') : null;
  if (principal !== null) return callerOfClaims(claimsOfPrincipal(principal));
  const authorization = headers.get('authorization');
  if (authorization !== null) return callerOfClaims(await claimsIn(authorization, deps.tokens));
  const key = headers.get('x-functions-key');
  if (key !== null) return holderOf(key, deps.keys);
  throw new ServiceError(
    'unauthenticated',
    'Say who you are: with a token (Authorization: Bearer …) or with an access key (x-functions-key: …).',
  );
}

async function claimsIn(authorization: string, tokens: Tokens | undefined) {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new ServiceError('unauthenticated', 'The header Authorization must be "Bearer" and a token.');
  }
  if (!tokens) {
    throw new ServiceError(
      'unauthenticated',
      'Tokens are not taken here: TOKEN_ISSUERS is not set. Use an access key.',
    );
  }
  return tokens.verify(token);
}

function holderOf(sent: string, keys: readonly AccessKey[]): Caller {
  const key = keyThatFits(keys, sent);
  if (!key) throw new ServiceError('unauthenticated', 'The access key in x-functions-key is not one of ACCESS_KEYS.');
  return callerOfKey(key.name, key.roles);
}
