import { createHash } from 'node:crypto';
import { HttpRequest } from '@azure/functions';
import { startIssuer } from '../../infra/local/issuer/issuer';
import type { Issuer } from '../../infra/local/issuer/issuer';
import { entraTokens } from '../../shared/adapters/entra/tokens';
import { memoryAllowances } from '../../shared/adapters/memory/allowances';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import type { RecordStore } from '../../shared/ports/record-store';
import type { Role } from '../../shared/model/rights';
import type { AccessDeps } from '../../shared/workflows/identify-caller';
import { rememberUsers } from '../../shared/workflows/remember-user';

export const ada = '11111111-0000-4000-8000-00000000000a';

export interface TestAccess {
  issuer: Issuer;
  records: RecordStore;
  deps: AccessDeps;
  /** A token of the issuer for Ada, with these roles. */
  tokenFor(...roles: Role[]): string;
  /** A key of the setting, by its role. */
  keyFor(role: Role): string;
  stop(): Promise<void>;
}

/** An app that asks everybody who he is, with an issuer of tokens on this machine. */
export async function askForLogin(more: Partial<AccessDeps> = {}): Promise<TestAccess> {
  const issuer = await startIssuer('secret of the issuer');
  const { url, audience, keysUrl } = issuer;
  const tokens = await entraTokens({ issuers: [url], audiences: [audience], keysUrl });
  const records = memoryRecordStore();
  const keyFor = (role: Role) => `key of a program that is ${role}`;
  const key = (role: Role) => ({
    name: `program-${role}`,
    roles: [role],
    hash: createHash('sha256').update(keyFor(role)).digest('hex'),
  });
  return {
    issuer,
    records,
    deps: {
      openOnLoopback: false,
      keys: [key('IoT.Administrator'), key('IoT.EndpointUser'), key('IoT.Reader')],
      tokens,
      behindPlatform: false,
      allowances: memoryAllowances({ requests: 0, effects: 0 }, Date.now),
      remember: rememberUsers({ records, now: () => Date.UTC(2026, 10, 21) }),
      challenge: 'Bearer realm="test"',
      ...more,
    },
    tokenFor: (...roles) => issuer.token({ oid: ada, name: 'Ada', roles }),
    keyFor,
    stop: issuer.stop,
  };
}

/** A request as the host hands it to a function. */
export function requestTo(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: unknown,
): HttpRequest {
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const sent = { host: new URL(url).host, 'content-type': 'application/json', ...headers };
  return new HttpRequest({ method, url, headers: sent, ...(bytes && { body: { bytes } }) });
}
