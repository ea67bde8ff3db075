import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, writeJson, writeStatus } from './http-message';
import { messageOf } from './start-error';

/** A function as `func start` lists it. */
export interface ListedFunction {
  name: string;
  trigger: string;
  disabled: boolean;
  methods?: string[];
  route?: string;
  url?: string;
}

export interface AdminApi {
  answer(request: IncomingMessage, response: ServerResponse, path: string, isMaster: boolean): Promise<void>;
}

export interface AdminOptions {
  functions: () => ListedFunction[];
  /** Starts a function that is not an HTTP function, without waiting for it. Throws when that cannot be done. */
  start(name: string, input: string | undefined): void;
  drain(): void;
  resume(): Promise<void>;
  drainState(): {
    state: 'Disabled' | 'InProgress' | 'Completed';
    outstandingInvocations: number;
    outstandingRetries: number;
  };
}

/** The part of the real host's `/admin` API that a developer, a test or a pipeline uses. All but ping need the master key. */
export function createAdminApi({ functions, start, drain, resume, drainState }: AdminOptions): AdminApi {
  const id = `local-${process.pid}`;

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    isMaster: boolean,
  ): Promise<void> {
    const call = `${request.method} ${path.replace(/\/$/, '').toLowerCase()}`;
    if (call === 'GET /admin/host/ping' || call === 'POST /admin/host/ping') return writeStatus(response, 200);
    if (!isMaster) return writeStatus(response, 401);
    switch (call) {
      case 'GET /admin/host/status':
        return writeJson(response, 200, status(id));
      case 'POST /admin/host/drain':
        drain();
        return writeStatus(response, 202);
      case 'GET /admin/host/drain/status':
        return writeJson(response, 200, drainState());
      case 'POST /admin/host/resume':
        await resume();
        return writeJson(response, 200, { state: 'Running' });
      case 'GET /admin/functions':
        return writeJson(response, 200, functions().map(describe));
      default:
        return answerFunction(request, response, path);
    }
  }

  async function answerFunction(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const name = /^\/admin\/functions\/([^/]+)\/?$/i.exec(path)?.[1];
    const known = functions().find((listed) => listed.name.toLowerCase() === name?.toLowerCase());
    if (!known) return writeStatus(response, 404);
    if (request.method === 'GET') return writeJson(response, 200, describe(known));
    if (request.method !== 'POST') return writeStatus(response, 404);
    if (known.disabled) return writeStatus(response, 404);
    if (known.trigger === 'httpTrigger')
      return writeJson(response, 400, { message: 'Call an HTTP function by its route.' });
    try {
      start(known.name, inputOf(await readBody(request, 1024 * 1024)));
    } catch (error) {
      return writeJson(response, 400, { message: messageOf(error) });
    }
    writeStatus(response, 202);
  }

  return { answer };
}

function inputOf(body: Buffer | undefined | 'too-large'): string | undefined {
  if (body === undefined) return undefined;
  if (body === 'too-large') throw new Error('The body must be smaller than 1 MB.');
  const { input } = JSON.parse(body.toString()) as { input?: unknown };
  return typeof input === 'string' || input === undefined ? input : JSON.stringify(input);
}

function status(id: string): object {
  return {
    id,
    state: 'Running',
    version: '4.0.0-local',
    versionDetails: 'the local Functions host of this repository',
    platformVersion: '',
    instanceId: id,
    computerName: 'localhost',
    processUptime: Math.round(process.uptime() * 1000),
    functionAppContentEditingState: 'NotAllowed',
    errors: [],
  };
}

function describe({ name, trigger, disabled, methods, url }: ListedFunction): object {
  const binding = { type: trigger, direction: 'in', ...(methods && { methods }) };
  return {
    name,
    language: 'node',
    isDisabled: disabled,
    invoke_url_template: url ?? null,
    config: { bindings: [binding] },
  };
}
