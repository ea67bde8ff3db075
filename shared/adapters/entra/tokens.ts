import { ServiceError } from '../../domain/errors';
import type { Tokens } from '../../ports/tokens';

/** Whose tokens are taken. */
export interface TokenRules {
  issuers: readonly string[];
  audiences: readonly string[];
  /** Where the issuer's public keys are (JWKS). */
  keysUrl: string;
  /** Milliseconds for which keys are not asked for again because a token names one that is not known. */
  askAgainAfter?: number;
}

/** Longer than any token of Microsoft Entra ID; more is not even looked at. */
const longestToken = 16 * 1024;

/** The library's errors that are about the token itself; all others are about the keys. */
const faultOfToken = /^ERR_(JWT_|JWS_|JWKS_NO_|JWKS_MULTIPLE_|JOSE_ALG_|JOSE_NOT_)/;

/** Seconds by which the clocks of issuer and service may differ. */
const clockTolerance = 60;

/**
 * Verifies access tokens of Microsoft Entra ID, or of another issuer with a JWKS. Keys are fetched when a token names one that
 * is not known (at most every 30 seconds, so that made-up names cost nothing), and anew after ten minutes.
 */
export async function entraTokens({
  issuers,
  audiences,
  keysUrl,
  askAgainAfter = 30_000,
}: TokenRules): Promise<Tokens> {
  const { createRemoteJWKSet, errors, jwtVerify } = await import('jose');
  const keys = createRemoteJWKSet(new URL(keysUrl), { cooldownDuration: askAgainAfter, timeoutDuration: 5000 });
  const options = {
    // One algorithm only: no 'none', and no public key taken for a shared secret.
    algorithms: ['RS256'],
    issuer: [...issuers],
    audience: [...audiences],
    requiredClaims: ['exp', 'iat', 'oid'],
    clockTolerance,
  };

  const refusal = (error: unknown): ServiceError => {
    if (error instanceof ServiceError) return error;
    if (error instanceof errors.JWTExpired) return refused('it has expired', error);
    if (error instanceof errors.JWTClaimValidationFailed) return refused(wrongClaim(error), error);
    if (error instanceof errors.JOSEError && faultOfToken.test(error.code)) {
      return refused('its signature cannot be verified', error);
    }
    return new ServiceError('login-unreachable', "The issuer's keys cannot be read; tokens cannot be verified now.", {
      cause: error,
    });
  };

  return {
    verify: async (token) => {
      if (token.length > longestToken) throw refused(`it is longer than ${longestToken} characters`);
      try {
        const { payload } = await jwtVerify(token, keys, options);
        if (!isAccessToken(payload)) throw refused('it is no access token: it names no program it was given to');
        return payload;
      } catch (error) {
        throw refusal(error);
      }
    },
  };
}

/** An ID token tells a page who its user is, and must open nothing. Only access tokens name the program they were given to. */
function isAccessToken({ azp, appid }: Readonly<Record<string, unknown>>): boolean {
  return typeof azp === 'string' || typeof appid === 'string';
}

const claims: Readonly<Record<string, string>> = {
  iss: 'it is of another issuer',
  aud: 'it is for another service (aud)',
  nbf: 'it is not valid yet',
  exp: 'it does not say when it expires',
};

function wrongClaim({ claim }: { claim: string }): string {
  return claims[claim] ?? `its claim ${claim} is missing or wrong`;
}

function refused(why: string, cause?: unknown): ServiceError {
  return new ServiceError('unauthenticated', `The token is not accepted: ${why}.`, { cause });
}
