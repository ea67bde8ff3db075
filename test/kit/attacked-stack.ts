import { createHash } from 'node:crypto';
import { startIssuer } from '../../infra/local/issuer/issuer';
import type { Issuer } from '../../infra/local/issuer/issuer';
import { roles } from '../../shared/model/rights';
import type { Role } from '../../shared/model/rights';
import { startTestStack } from './stack';
import type { TestStack } from './stack';

type Proof = Readonly<Record<string, string>>;

export interface Sent {
  status: number;
  text: string;
  headers: Headers;
  json: Record<string, unknown> & { value?: Record<string, unknown>[]; error?: { code: string; message: string } };
}

/** The running app as it is in Azure: everybody says who he is, with a token of the issuer or one of the keys. */
export interface AttackedStack extends TestStack {
  issuer: Issuer;
  /** A token for somebody (Ada, unless another object id is given) with these roles. */
  token(held: readonly Role[], who?: string): string;
  as(held: Role, who?: string): Proof;
  keyFor(role: Role): string;
  /** Sends a request to the Web API; `path` may be a whole address. */
  send(method: string, path: string, proof: Proof, body?: unknown): Promise<Sent>;
}

export const ada = '11111111-0000-4000-8000-00000000000a';

/** Somebody whom nobody has met yet. */
export const stranger = (n: number) => `22222222-0000-4000-8000-${String(n).padStart(12, '0')}`;

const keyFor = (role: Role) => `key of ${role}`;
const keys = roles.map((role) => `of-${role}:${role}:${createHash('sha256').update(keyFor(role)).digest('hex')}`);

/** Callers are not limited, unless the settings say so. */
export async function startAttackedStack(settings: Record<string, string> = {}): Promise<AttackedStack> {
  const issuer = await startIssuer('secret of the issuer');
  const stack = await startTestStack({
    AUTHENTICATION: 'always',
    TOKEN_ISSUERS: issuer.url,
    TOKEN_AUDIENCES: issuer.audience,
    TOKEN_KEYS_URL: issuer.keysUrl,
    ACCESS_KEYS: keys.join(','),
    REQUESTS_PER_MINUTE: '0',
    EFFECTS_PER_MINUTE: '0',
    REGISTRY_OPERATIONS_PER_MINUTE: '6000',
    ...settings,
  });
  const token: AttackedStack['token'] = (held, who = ada) => issuer.token({ oid: who, name: 'Ada', roles: held });

  return Object.assign(stack, {
    issuer,
    token,
    keyFor,
    as: (role: Role, who?: string) => ({ authorization: `Bearer ${token([role], who)}` }),
    send: async (method: string, path: string, proof: Proof, body?: unknown): Promise<Sent> => {
      const answer = await fetch(path.startsWith('http') ? path : stack.api() + path, {
        method,
        headers: { 'content-type': 'application/json', ...proof },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
      const json = (isJson && text !== '' ? JSON.parse(text) : {}) as Sent['json'];
      return { status: answer.status, text, headers: answer.headers, json };
    },
    stop: ((end) => async () => {
      await end();
      await issuer.stop();
    })(stack.stop),
  });
}

/** A batch of requests that stand by themselves, as the body and the headers of a `POST` to `$batch`. */
export function batchOf(api: string, parts: readonly { method: string; path: string; body?: unknown }[]) {
  const text = parts.map(({ method, path, body }) =>
    [
      '--all',
      'Content-Type: application/http',
      '',
      `${method} ${api}${path} HTTP/1.1`,
      'Content-Type: application/json',
      '',
      typeof body === 'string' ? body : (JSON.stringify(body) ?? ''),
    ].join('\r\n'),
  );
  return {
    body: `${text.join('\r\n')}\r\n--all--`,
    headers: { 'content-type': 'multipart/mixed; boundary=all', prefer: 'odata.continue-on-error' },
  };
}

/** The answers of a batch, in order. */
export function repliesIn(text: string): { status: number; text: string }[] {
  const parts = text.split(/^--batchresponse\S*\r?\n/m).slice(1, -1);
  return parts.map((part) => ({ status: Number(/HTTP\/1.1 (\d+)/.exec(part)?.[1]), text: part }));
}

/** Does work for each item, a few at a time. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<void>, atOnce = 8): Promise<void> {
  const left = items.toReversed();
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
