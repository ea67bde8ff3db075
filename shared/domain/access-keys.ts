import { createHash, timingSafeEqual } from 'node:crypto';
import { roles } from '../model/rights';
import type { Role } from '../model/rights';

/** A key for a program: only its hash is known here, so that whoever reads the settings cannot use it. */
export interface AccessKey {
  name: string;
  roles: readonly Role[];
  /** SHA-256 of the key, in hex. */
  hash: string;
}

/**
 * Reads `name:role:hash, …`; several roles are joined by `+`. A name may come twice, so that a key can be changed without a
 * moment in which neither works. Throws what is wrong, without a hash in it.
 */
export function parseAccessKeys(text: string): AccessKey[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [parseOne(part.trim())]));
}

function parseOne(part: string): AccessKey {
  const [name = '', granted = '', hash = '', ...more] = part.split(':');
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new Error(
      'each key must be name:role:hash, the name of 1 to 64 letters, digits, dots, dashes and underscores',
    );
  }
  const held = granted.split('+').map((each) => {
    const role = roles.find((known) => known === each);
    if (role === undefined)
      throw new Error(`the role of the key ${name} must be ${roles.join(', ')}, or several with +`);
    return role;
  });
  if (more.length > 0 || !/^[0-9a-f]{64}$/i.test(hash)) {
    throw new Error(`the hash of the key ${name} must be its SHA-256, 64 hex digits`);
  }
  return { name, roles: held, hash: hash.toLowerCase() };
}

/** The key that was sent, if it is one of them. */
export function keyThatFits(keys: readonly AccessKey[], sent: string): AccessKey | undefined {
  const hash = createHash('sha256').update(sent).digest();
  return keys.find((key) => timingSafeEqual(Buffer.from(key.hash, 'hex'), hash));
}
