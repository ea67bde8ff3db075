import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** A key pair of an issuer: the public half as a JWK, and a way to sign with the other. */
export interface SigningKey {
  jwk: Readonly<Record<string, unknown>>;
  /** A signed token (JWT, RS256) with these claims. */
  sign(claims: object): string;
}

export function makeSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n, e } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(String(n)).digest('base64url').slice(0, 20);
  return {
    jwk: { kty: 'RSA', use: 'sig', kid, n, e },
    sign: (claims) => {
      const signed = [{ typ: 'JWT', alg: 'RS256', kid }, claims].map(encoded).join('.');
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}

/** A part of a token. */
export function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
