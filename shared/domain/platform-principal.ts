import { ServiceError } from './errors';

/** Claims by the long names that the platform gives some of them. */
const shortNames: Readonly<Record<string, string>> = {
  'http://schemas.microsoft.com/identity/claims/objectidentifier': 'oid',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/role': 'roles',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name': 'name',
};

/**
 * The claims in `x-ms-client-principal`, which the platform's own authentication adds to a request: JSON in Base64. Whether
 * it may be believed is not decided here.
 */
export function claimsOfPrincipal(header: string): Readonly<Record<string, unknown>> {
  const claims = listIn(header);
  const roles = claims.flatMap(({ typ, val }) => (typ === 'roles' ? [val] : []));
  return { ...Object.fromEntries(claims.map(({ typ, val }) => [typ, val])), roles };
}

function listIn(header: string): { typ: string; val: string }[] {
  let found: unknown;
  try {
    found = (JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as { claims?: unknown } | null)?.claims;
  } catch (error) {
    throw new ServiceError('unauthenticated', 'x-ms-client-principal cannot be read.', { cause: error });
  }
  return (Array.isArray(found) ? (found as unknown[]) : []).flatMap((claim) => {
    const { typ, val } = (claim ?? {}) as Record<string, unknown>;
    return typeof typ === 'string' && typeof val === 'string' ? [{ typ: shortNames[typ] ?? typ, val }] : [];
  });
}
