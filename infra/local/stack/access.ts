import { createHash, randomBytes } from 'node:crypto';
import { startIssuer } from '../issuer/issuer';

/** What a stack that asks who calls needs besides: its own key, an issuer of tokens, and the settings that name both. */
export interface StackAccess {
  /** Opens everything, for the header `x-functions-key`; also the secret of the issuer. */
  key: string;
  tokenUrl: string;
  settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startAccess(): Promise<StackAccess> {
  const key = randomBytes(32).toString('base64url');
  const issuer = await startIssuer(key);
  const hash = createHash('sha256').update(key).digest('hex');
  return {
    key,
    tokenUrl: issuer.tokenUrl,
    settings: {
      AUTHENTICATION: 'always',
      TOKEN_ISSUERS: issuer.url,
      TOKEN_AUDIENCES: issuer.audience,
      TOKEN_KEYS_URL: issuer.keysUrl,
      CONSOLE_CLIENT_ID: 'console',
      ACCESS_KEYS: `stack:IoT.Administrator:${hash}`,
    },
    stop: issuer.stop,
  };
}
