import { demand } from './access';
import type { Access, Right } from './access';
import type { CloudToDevice } from './cloud-to-device';
import type { Connections } from './connections';
import type { Documents } from './documents';
import { HubError } from './errors';
import { unquoted } from './http';
import type { Answer, Request, Route } from './http';
import { isObject } from './json';
import type { JsonObject } from './json';
import type { Methods } from './methods';
import { runQuery } from './query';
import { matchEtag } from './registry';
import type { DeviceRecord, Registry } from './registry';
import type { RestCalls } from './rest-calls';
import { patchTwin, replaceTwin } from './twins';
import type { TwinInput } from './twins';

interface RestOptions {
  access: Access;
  registry: Registry;
  documents: Documents;
  connections: Connections;
  commands: CloudToDevice;
  methods: Methods;
  calls: RestCalls;
  now: () => Date;
}

const mostListed = 1000;

/** The service's REST API: registry, twins, queries, direct methods, statistics. Answers undefined for other paths. */
export function createRestApi(options: RestOptions): (request: Request) => ReturnType<Route> | undefined {
  const { access, registry, documents, connections, commands, methods, calls, now } = options;

  function device(record: DeviceRecord): Answer {
    return { status: 200, headers: { etag: `"${record.etag}"` }, body: documents.device(record) };
  }

  function twin(record: DeviceRecord): Answer {
    return { status: 200, headers: { etag: `"${record.twin.etag}"` }, body: documents.twin(record) };
  }

  /** Creates without If-Match, updates with it. */
  async function putDevice(request: Request, deviceId: string): Promise<Answer> {
    const input = await object(request);
    if (input['deviceId'] !== deviceId) throw new HubError('ArgumentInvalid', 'The path and the body name two devices');
    const etag = unquoted(request.headers['if-match']);
    return device(etag === undefined ? registry.create(deviceId, input) : registry.update(deviceId, input, etag));
  }

  function deleteDevice(request: Request, deviceId: string): Answer {
    registry.remove(deviceId, unquoted(request.headers['if-match']));
    return { status: 204 };
  }

  async function bulk(request: Request): Promise<Answer> {
    const errors = registry.bulk(await request.json());
    const isSuccessful = errors.length === 0;
    return { status: isSuccessful ? 200 : 400, body: { isSuccessful, errors, warnings: [] } };
  }

  async function changeTwin(request: Request, deviceId: string): Promise<Answer> {
    const input = (await object(request)) as TwinInput;
    const record = registry.need(deviceId);
    matchEtag(record.twin.etag, unquoted(request.headers['if-match']), `The twin of ${deviceId}`);
    const make = request.method === 'PUT' ? replaceTwin : patchTwin;
    const { twin: changed, desired, change } = make(record.twin, input, now());
    registry.saveTwin(deviceId, changed, change);
    const link = connections.of(deviceId);
    if (desired && link?.interests.has('desired')) link.desire(desired);
    return twin(record);
  }

  async function query(request: Request): Promise<Answer> {
    const { query: text } = await object(request);
    if (typeof text !== 'string') throw new HubError('ArgumentInvalid', 'A query is needed');
    const page = runQuery(text, registry.list(), documents.twin, {
      size: Number(request.headers['x-ms-max-item-count'] ?? 100),
      after: header(request, 'x-ms-continuation'),
    });
    const headers: Record<string, string> = { 'x-ms-item-type': page.itemType };
    if (page.continuation) headers['x-ms-continuation'] = page.continuation;
    return { status: 200, headers, body: page.items };
  }

  function statistics(): Answer {
    const disabled = registry.list().filter(({ status }) => status === 'disabled').length;
    return {
      status: 200,
      body: {
        totalDeviceCount: registry.size,
        enabledDeviceCount: registry.size - disabled,
        disabledDeviceCount: disabled,
      },
    };
  }

  function list(request: Request): Answer {
    const top = Number(request.query.get('top') ?? mostListed);
    if (!Number.isInteger(top) || top < 1) throw new HubError('ArgumentInvalid', 'top must be a positive number');
    return { status: 200, body: registry.list().slice(0, Math.min(top, mostListed)).map(documents.device) };
  }

  /** What stands at "METHOD /path", with "*" for a device's id: the right it takes, and what it does. */
  const routes: Record<string, [Right, (request: Request, deviceId: string) => ReturnType<Route>]> = {
    'GET /devices': ['RegistryRead', list],
    'POST /devices': ['RegistryWrite', bulk],
    'POST /devices/query': ['ServiceConnect', query],
    'GET /devices/*': ['RegistryRead', (_, deviceId) => device(registry.need(deviceId))],
    'PUT /devices/*': ['RegistryWrite', putDevice],
    'DELETE /devices/*': ['RegistryWrite', deleteDevice],
    'DELETE /devices/*/commands': [
      'ServiceConnect',
      (_, deviceId) => {
        registry.need(deviceId);
        return { status: 200, body: { deviceId, moduleId: null, totalMessagesPurged: commands.purge(deviceId) } };
      },
    ],
    'GET /twins/*': ['ServiceConnect', (_, deviceId) => twin(registry.need(deviceId))],
    'PATCH /twins/*': ['ServiceConnect', changeTwin],
    'PUT /twins/*': ['ServiceConnect', changeTwin],
    'POST /twins/*/methods': [
      'ServiceConnect',
      async (request, deviceId) => {
        const call = await request.json();
        registry.need(deviceId);
        return { status: 200, body: await methods.invoke(deviceId, call) };
      },
    ],
    'GET /statistics/devices': ['RegistryRead', statistics],
    'GET /statistics/service': [
      'ServiceConnect',
      () => ({ status: 200, body: { connectedDeviceCount: connections.size } }),
    ],
  };

  return (request) => {
    const { method, path } = request;
    const exact = `${method} /${path.join('/')}`;
    const general = `${method} /${path.map((segment, index) => (index === 1 ? '*' : segment)).join('/')}`;
    const operation = [exact, general].find((name) => Object.hasOwn(routes, name));
    if (operation === undefined) return undefined;
    const [right, run] = routes[operation]!;
    demand(access.grant(request.token), right);
    calls.note(operation);
    return run(request, path[1] ?? '');
  };
}

/** What a real hub offers at these paths and this one does not; everything else is just not found. */
export function unknownPath({ method, path }: Request): never {
  const where = `${method} /${path.join('/')}`;
  const known = ['jobs', 'configurations', 'digitaltwins', 'messages'].includes(path[0] ?? '');
  if (known || ['modules', 'files', 'devices'].includes(path[2] ?? '') || path[1] === 'jobs') {
    throw new HubError('NotImplemented', `${where} is not emulated`);
  }
  throw new HubError('NotFound', `There is nothing at ${where}`);
}

async function object(request: Request): Promise<JsonObject> {
  const body = await request.json();
  if (!isObject(body)) throw new HubError('ArgumentInvalid', 'The body must be a JSON object');
  return body;
}

function header(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
