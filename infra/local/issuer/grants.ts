import { createHash, randomBytes } from 'node:crypto';

/** Who signed in, and with which page. */
export interface Holder {
  client: string;
  name: string;
  roles: readonly string[];
}

/** What a code was given for. */
export interface CodeGrant extends Holder {
  redirect: string;
  /** SHA-256 of the verifier that the page keeps, in base64url (RFC 7636, S256). */
  challenge: string;
}

/** Codes and refresh tokens of an issuer. Each is good for one use, by the page that it was given to. */
export interface Grants {
  code(grant: CodeGrant): string;
  redeem(code: string, by: { client: string; redirect: string; verifier: string }): Holder | undefined;
  refreshToken(holder: Holder): string;
  renew(token: string, client: string): Holder | undefined;
}

const codeLife = 60_000;

export function grants(now: () => number): Grants {
  const codes = new Map<string, CodeGrant & { until: number }>();
  const tokens = new Map<string, Holder>();
  const taken = <T>(from: Map<string, T>, key: string): T | undefined => {
    const found = from.get(key);
    from.delete(key);
    return found;
  };
  return {
    code: (grant) => kept(codes, { ...grant, until: now() + codeLife }),
    redeem: (code, { client, redirect, verifier }) => {
      const grant = taken(codes, code);
      if (!grant || grant.until < now() || grant.client !== client || grant.redirect !== redirect) return undefined;
      const proof = createHash('sha256').update(verifier).digest('base64url');
      return proof === grant.challenge ? { client, name: grant.name, roles: grant.roles } : undefined;
    },
    refreshToken: (holder) => kept(tokens, holder),
    renew: (token, client) => {
      const holder = taken(tokens, token);
      return holder?.client === client ? holder : undefined;
    },
  };
}

function kept<T>(where: Map<string, T>, value: T): string {
  const key = randomBytes(32).toString('base64url');
  where.set(key, value);
  return key;
}
