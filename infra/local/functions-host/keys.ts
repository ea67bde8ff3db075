import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError, messageOf } from './start-error';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

export interface Keys {
  /** Opens everything, the admin API included. */
  master: string;
  /** Opens every function of level "function". */
  host: string;
  /** Opens one function each. */
  functions: Record<string, string>;
}

/** Reads the key file; one with random keys is written when it is missing. Without a path the keys live in memory. */
export function loadKeys(path: string | undefined): Keys {
  if (path && existsSync(path)) return readKeys(path);
  const keys: Keys = { master: randomKey(), host: randomKey(), functions: {} };
  if (path) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  }
  return keys;
}

/**
 * Whether a request may run a function. `sent` is the header `x-functions-key`, which wins over the query's `code` even
 * when it is the wrong one of the two.
 */
export function isAllowed(keys: Keys, level: AuthLevel, sent: string | undefined, functionName: string): boolean {
  if (level === 'anonymous') return true;
  if (!sent) return false;
  if (sameKey(sent, keys.master)) return true;
  if (level === 'admin') return false;
  const own = keys.functions[functionName];
  return sameKey(sent, keys.host) || (own !== undefined && sameKey(sent, own));
}

function readKeys(path: string): Keys {
  let file: Partial<Keys>;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as Partial<Keys>;
  } catch (error) {
    throw new StartError(`The key file ${path} cannot be read: ${messageOf(error)}`);
  }
  if (typeof file.master !== 'string' || typeof file.host !== 'string') {
    throw new StartError(`The key file ${path} must hold "master" and "host"; delete it to get new keys.`);
  }
  return { master: file.master, host: file.host, functions: file.functions ?? {} };
}

function randomKey(): string {
  return randomBytes(40).toString('base64url');
}

function sameKey(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
