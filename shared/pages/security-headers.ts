import type { SignIn } from '../domain/sign-in';

/**
 * The page may load from its own origin and nothing else, and call nothing besides but the one that signs people in. The
 * one inline style allowed is the empty one (its hash stands here): the style library adds empty style elements and fills
 * them through the object model.
 */
function policy(signIn: SignIn | undefined): string {
  const issuer = signIn ? ` ${new URL(signIn.issuer).origin}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of everything the console's function answers. */
export function securityHeaders(signIn: SignIn | undefined): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': policy(signIn),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}
