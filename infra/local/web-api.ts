/** What the seed and the figures need of the service's Web API. */
export interface WebApi {
  /** Every record of a set, page by page. */
  list(set: string, query: string): AsyncGenerator<Record<string, unknown>>;
  /** Whether a record is found by its id. */
  has(set: string, id: string): Promise<boolean>;
  /** Answers with whether the record is new; one with the same key is left as it is. */
  create(set: string, record: Record<string, unknown>): Promise<'created' | 'exists'>;
  /** How many records a filter finds. Throws when the service does not say so within `patience` milliseconds. */
  count(set: string, filter: string | undefined, patience: number): Promise<Count>;
}

/** `atLeast`: there are more, but the service looks at no more for one request. */
export interface Count {
  value: number;
  atLeast: boolean;
}

interface Answer {
  value?: Record<string, unknown>[];
  '@odata.count'?: number;
  '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'?: boolean;
  '@odata.nextLink'?: string;
}

const tries = 6;

/** A client of `<url>/api/data/v9.2/`. Requests that fail in passing are sent again. */
export function webApi(url: string, functionKey: string): WebApi {
  const root = `${url}/api/data/v9.2/`;
  const headers = { 'x-functions-key': functionKey, accept: 'application/json' };

  async function get(address: string): Promise<Answer> {
    const response = await patiently(() => fetch(address, { headers, signal: AbortSignal.timeout(30_000) }));
    if (!response.ok) throw await refused('GET', address, response);
    return (await response.json()) as Answer;
  }

  return {
    list: async function* list(set, query) {
      for (let next: string | undefined = `${root}${set}?${query}`; next !== undefined;) {
        const page: Answer = await get(next);
        yield* page.value ?? [];
        next = page['@odata.nextLink'];
      }
    },
    has: async (set, id) => {
      const address = `${root}${set}(${id})`;
      const response = await patiently(() => fetch(address, { headers, signal: AbortSignal.timeout(30_000) }));
      if (!response.ok && response.status !== 404) throw await refused('GET', address, response);
      await response.body?.cancel();
      return response.ok;
    },
    create: async (set, record) => {
      const address = `${root}${set}`;
      const response = await patiently(() =>
        fetch(address, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(record),
          signal: AbortSignal.timeout(30_000),
        }),
      );
      if (response.status === 409 || response.status === 412) return 'exists';
      if (!response.ok) throw await refused('POST', address, response);
      await response.body?.cancel();
      return 'created';
    },
    count: async (set, filter, patience) => {
      const query = filter === undefined ? '' : `&$filter=${encodeURIComponent(filter)}`;
      const address = `${root}${set}?$top=1&$count=true${query}`;
      const response = await fetch(address, { headers, signal: AbortSignal.timeout(patience) });
      if (!response.ok) throw await refused('GET', address, response);
      const answer = (await response.json()) as Answer;
      const value = answer['@odata.count'];
      if (value === undefined) throw new Error(`GET ${address}: the answer holds no count`);
      return { value, atLeast: answer['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'] === true };
    },
  };
}

async function patiently(send: () => Promise<Response>): Promise<Response> {
  for (let failed = 1; ; failed += 1) {
    const outcome = await send().catch((thrown: unknown) => thrown as Error);
    const passing = outcome instanceof Error || outcome.status === 429 || outcome.status >= 500;
    if (!passing) return outcome;
    if (failed === tries) {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }
    await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** failed));
  }
}

async function refused(method: string, address: string, response: Response): Promise<Error> {
  const text = (await response.text()).slice(0, 300);
  return new Error(`${method} ${address} was answered with ${response.status}${text ? `: ${text}` : ''}`);
}
