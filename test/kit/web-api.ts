import { hushed } from './quiet-functions-library';
import { HttpRequest } from '@azure/functions';
import { webApi } from '../../functions/webApi';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import type { RecordStore } from '../../shared/ports/record-store';
import { followersInTurn } from '../../shared/workflows/followers';
import { plainAlertWrites } from './plain-alert-writes';
import type { WriteDeps } from '../../shared/workflows/record-changes';

// Used, so that it is loaded, and loaded first.
void hushed;

export const root = 'https://service.example/api/data/v9.2';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined without JSON. */
  json: Record<string, unknown> & { value?: Record<string, unknown>[]; error?: { code: string; message: string } };
  /** What was reported as a fault of the service. */
  faults: unknown[];
}

export interface TestApi {
  /** The function's handler, e.g. for `serve`. */
  handle: ReturnType<typeof webApi>;
  records: RecordStore;
  /** Device ids that were reported as having appeared. */
  appeared: string[];
  /** The clock, in milliseconds; every write moves it on by a second. */
  clock: { now: number };
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The Web API without a host: the function's own handler on records in memory (or the ones given). */
export function openWebApi(
  records: RecordStore = memoryRecordStore(),
  more: Partial<WriteDeps> = {},
  actions: Parameters<typeof webApi>[1] = {},
): TestApi {
  const appeared: string[] = [];
  const clock = { now: Date.UTC(2026, 10, 21, 4, 0, 0) };
  let made = 0;
  const deps: WriteDeps = {
    records,
    now: () => (clock.now += 1000),
    unique: () => `unique ${(made += 1)}`,
    followers: followersInTurn([
      {
        follow: async (changes) => {
          for (const { entity, set } of changes) {
            if (entity === 'msdyn_iotdevice' && set.msdyn_deviceid) appeared.push(String(set.msdyn_deviceid));
          }
        },
      },
    ]),
    alerts: plainAlertWrites(records),
    ...more,
  };
  const handle = webApi(() => deps, actions);

  const send: TestApi['send'] = async (method, path, body, headers = {}) => {
    const faults: unknown[] = [];
    const sent = body === undefined ? undefined : bytesOf(body);
    const url = path.startsWith('https://') ? path : `${root}${path}`;
    const request = new HttpRequest({ method, url, headers, ...(sent && { body: { bytes: sent } }) });
    const answer = await handle(request, { error: (...error: unknown[]) => void faults.push(...error) });
    const text = answer.body as string | undefined;
    return {
      status: answer.status ?? 200,
      headers: new Headers(answer.headers),
      text: text ?? '',
      json: (text && isJson(answer.headers) ? JSON.parse(text) : undefined) as Answer['json'],
      faults,
    };
  };

  return {
    handle,
    records,
    appeared,
    clock,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
  };
}

/** Id of the record that an answer to a POST tells of. */
export function createdId(answer: Answer): string {
  const id = /\(([0-9a-f-]{36})\)$/.exec(answer.headers.get('OData-EntityId') ?? '')?.[1];
  if (!id) throw new Error(`nothing was created: ${answer.status} ${JSON.stringify(answer.json)}`);
  return id;
}

function isJson(headers: ConstructorParameters<typeof Headers>[0]): boolean {
  return new Headers(headers).get('content-type')?.startsWith('application/json') ?? false;
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
