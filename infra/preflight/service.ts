import { setTimeout as wait } from 'node:timers/promises';

/** What came of asking a service: an answer, or one of the ways in which there is none. */
export type Answer<T> =
  | { kind: 'answered'; body: T }
  | { kind: 'refused'; status: number; code: string; message: string }
  | { kind: 'expired'; message: string }
  | { kind: 'throttled'; seconds: number }
  | { kind: 'unreachable'; why: string };

export interface Service {
  get<T>(path: string): Promise<Answer<T>>;
  /** All pages of a list. */
  list<T>(path: string): Promise<Answer<T[]>>;
  post<T>(path: string, body: unknown): Promise<Answer<T>>;
}

const tries = 4;
/** Milliseconds for one exchange, and the longest that we wait because a service asks us to. */
const patience = 20_000;
const longestWait = 30_000;

/** Asks a service that speaks JSON, with a bearer token. The same question is asked once. */
export function jsonService(url: string, token: string): Service {
  const asked = new Map<string, Promise<Answer<unknown>>>();

  const get = async (path: string): Promise<Answer<unknown>> => {
    const known = asked.get(path) ?? exchange('GET', path.startsWith('http') ? path : url + path, token);
    asked.set(path, known);
    return known;
  };

  const list = async (path: string): Promise<Answer<unknown[]>> => {
    const items: unknown[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const answer: Answer<unknown> = await get(next);
      if (answer.kind !== 'answered') return answer;
      const page = answer.body as { value?: unknown[]; nextLink?: string };
      items.push(...(page.value ?? []));
      next = samePlace(page.nextLink, url);
    }
    return { kind: 'answered', body: items };
  };

  return {
    get: get as Service['get'],
    list: list as Service['list'],
    post: (async (path: string, body: unknown) => exchange('POST', url + path, token, body)) as Service['post'],
  };
}

/** The token goes to the service it is for, and nowhere else. */
function samePlace(link: string | undefined, url: string): string | undefined {
  return link?.startsWith(`${url}/`) ? link : undefined;
}

async function exchange(method: string, url: string, token: string, body?: unknown): Promise<Answer<unknown>> {
  for (let turn = 1; ; turn += 1) {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
        signal: AbortSignal.timeout(patience),
        redirect: 'error',
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      return { kind: 'unreachable', why: `${new URL(url).host} cannot be reached (${reasonOf(error)})` };
    }
    if (response.status !== 429 && response.status !== 503) return read(response.status, text);
    const seconds = Number(response.headers.get('retry-after') ?? 1) || 0;
    if (turn === tries || seconds * 1000 > longestWait) return { kind: 'throttled', seconds };
    await wait(seconds * 1000);
  }
}

function read(status: number, text: string): Answer<unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text || '{}');
  } catch {
    return { kind: 'refused', status, code: 'NotJson', message: 'The answer is no JSON: is a proxy in between?' };
  }
  if (status < 300) return { kind: 'answered', body };
  const error = (body as { error?: { code?: string; message?: string } }).error ?? {};
  const message = error.message ?? `The answer was ${status}.`;
  if (status === 401) return { kind: 'expired', message };
  return { kind: 'refused', status, code: error.code ?? String(status), message };
}

function reasonOf(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? `no answer in ${patience / 1000} s` : (cause?.code ?? cause?.message ?? message);
}
