import { action } from '../../shared/model/actions';
import type { ActionName } from '../../shared/model/actions';
import { entity } from '../../shared/model/entities';
import type { EntityName, EntityRecord } from '../../shared/model/entities';
import { ApiError } from './api-error';
import { queryText } from './query';
import type { QueryOptions } from './query';

/** A record as it was read: its columns, its ETag and, for lookups, the names of the records they lead to. */
export type Loaded<N extends EntityName> = EntityRecord<N> & { readonly '@odata.etag': string };

export interface Page<N extends EntityName> {
  records: Loaded<N>[];
  /** Where the list goes on. */
  next?: string;
  /** How many there are in all, when asked for; `atLeast` when the service looks at no more. */
  count?: { value: number; atLeast: boolean };
}

/** What a write says: properties, and `<Navigation>@odata.bind` for lookups. */
export type Body = Readonly<Record<string, string | number | boolean | null>>;

/** The Web API as the console speaks it. Every refusal is an `ApiError` with the service's words. */
export interface WebApi {
  list<N extends EntityName>(table: N, options: QueryOptions, pageSize?: number): Promise<Page<N>>;
  follow<N extends EntityName>(table: N, next: string, pageSize?: number): Promise<Page<N>>;
  read<N extends EntityName>(table: N, id: string, options?: QueryOptions): Promise<Loaded<N>>;
  create<N extends EntityName>(table: N, body: Body): Promise<Loaded<N>>;
  /** Creates all of these (at most 1,000) or none. */
  createAll(table: EntityName, bodies: readonly Body[]): Promise<void>;
  /** Changes the record as it was read; refused when somebody else changed it since (see `isStale`). */
  update<N extends EntityName>(table: N, id: string, body: Body, etag: string): Promise<Loaded<N>>;
  remove(table: EntityName, id: string, etag: string): Promise<void>;
  /** Calls an action: of one record when its row says so, else by its name alone. */
  act(name: ActionName, parameters?: Body, id?: string): Promise<Record<string, unknown>>;
  /** How each part of the service is. */
  health(): Promise<ServiceHealth>;
}

/** What the service says of its health, with what to do where something is. */
export interface ServiceHealth {
  version: string;
  parts: readonly { part: string; state: 'good' | 'attention' | 'down' | 'off'; says: string; do?: string }[];
}

interface Door {
  /** The service root, ending in a slash. */
  root: string;
  fetch: (address: string, init: RequestInit) => Promise<Response>;
  /** The function key, where the service asks for one. */
  key: () => string | undefined;
  /** Hears of every answer: its status, or 0 when there was none, and how many milliseconds it took. */
  heard: (status: number, milliseconds: number) => void;
}

const annotations = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"';

export function webApi(door: Door): WebApi {
  const send = sender(door);
  const list = async <N extends EntityName>(address: string, pageSize: number) =>
    pageOf<N>(await send('GET', address, { prefer: `odata.maxpagesize=${pageSize},${annotations}` }));
  return {
    list: async (table, options, pageSize = 50) => list(`${entity(table).set}?${queryText(options)}`, pageSize),
    follow: async (_table, next, pageSize = 50) => list(next, pageSize),
    read: async (table, id, options = {}) =>
      (await send('GET', `${entity(table).set}(${id})?${queryText(options)}`, { prefer: annotations })) as never,
    create: async (table, body) =>
      (await send('POST', entity(table).set, { body, prefer: `return=representation,${annotations}` })) as never,
    createAll: async (table, bodies) => {
      const type = `Microsoft.Dynamics.CRM.${table}`;
      const Targets = bodies.map((body) => ({ '@odata.type': type, ...body }));
      await send('POST', `${entity(table).set}/Microsoft.Dynamics.CRM.CreateMultiple`, { body: { Targets } });
    },
    update: async (table, id, body, etag) =>
      (await send('PATCH', `${entity(table).set}(${id})`, {
        body,
        etag,
        prefer: `return=representation,${annotations}`,
      })) as never,
    remove: async (table, id, etag) => void (await send('DELETE', `${entity(table).set}(${id})`, { etag })),
    act: async (name, parameters = {}, id) => send('POST', addressOf(name, id), { body: parameters }),
    // From `/api/data/v9.2/`.
    health: async () => (await send('GET', '../../health?details', {})) as unknown as ServiceHealth,
  };
}

/** The name of the record that a lookup leads to, or of an option: the service's annotation. */
export function formatted(record: object, property: string): string | undefined {
  return (record as Record<string, string | undefined>)[`${property}@OData.Community.Display.V1.FormattedValue`];
}

function addressOf(name: ActionName, id: string | undefined): string {
  const { boundTo } = action(name);
  return boundTo ? `${entity(boundTo).set}(${id})/Microsoft.Dynamics.CRM.${name}` : name;
}

interface Message {
  body?: object;
  etag?: string;
  prefer?: string;
}

function sender({ root, fetch, key, heard }: Door) {
  return async (method: string, path: string, { body, etag, prefer }: Message): Promise<Record<string, unknown>> => {
    const began = performance.now();
    const secret = key();
    const init = {
      method,
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(etag && { 'if-match': etag }),
        ...(prefer && { prefer }),
        ...(secret && { 'x-functions-key': secret }),
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    const response = await fetch(path.startsWith('http') ? sameOrigin(path, root) : root + path, init).catch(() => {
      heard(0, performance.now() - began);
      throw new ApiError(0, '', 'The service cannot be reached. Check the connection; nothing was lost on this page.');
    });
    const text = await response.text();
    heard(response.status, performance.now() - began);
    if (!response.ok) throw refusal(response.status, text);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
}

/** Links of the service name the host it believes to be; behind a proxy that is not the one the page came from. */
function sameOrigin(link: string, root: string): string {
  const { pathname, search } = new URL(link);
  return root.startsWith('http') ? new URL(pathname + search, root).href : pathname + search;
}

function pageOf<N extends EntityName>(answer: Record<string, unknown>): Page<N> {
  const next = answer['@odata.nextLink'] as string | undefined;
  const value = answer['@odata.count'] as number | undefined;
  const atLeast = answer['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'] === true;
  return {
    records: answer['value'] as Loaded<N>[],
    ...(next && { next }),
    ...(value !== undefined && { count: { value, atLeast } }),
  };
}

function refusal(status: number, text: string): ApiError {
  const { code, message } = errorIn(text);
  if (message) return new ApiError(status, code ?? '', message);
  if (status === 401) return new ApiError(status, '', 'The service asks for a function key.');
  return new ApiError(status, '', `The service answered with status ${status} and no explanation.`);
}

function errorIn(text: string): { code?: string; message?: string } {
  try {
    return (JSON.parse(text) as { error?: { code?: string; message?: string } }).error ?? {};
  } catch {
    return {}; // not ours: a proxy or the Functions host answered
  }
}
