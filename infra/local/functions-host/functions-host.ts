import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdminApi } from './admin-api';
import type { ListedFunction } from './admin-api';
import { isDisabled, isHttp, optionOf, triggerOf } from './binding';
import { createCors } from './cors';
import type { HubEvent } from './event-data';
import { installFunctionsCore } from './functions-core';
import type { FunctionsCore, RegisteredFunction } from './functions-core';
import { readHostJson } from './host-json';
import type { HostJson } from './host-json';
import { createHttpDoor, listen } from './http-door';
import type { HttpDoor, HttpTarget } from './http-door';
import { defaultBodyLimit } from './http-message';
import { createInvoker } from './invocation';
import type { Invoker } from './invocation';
import { loadKeys } from './keys';
import type { AuthLevel } from './keys';
import { loadApp } from './load-app';
import { createLog } from './log';
import { writeQueueOutputs } from './queue-output';
import { createRouteTable } from './route-table';
import { applySettings } from './settings';
import { StartError, messageOf } from './start-error';
import { createTrigger } from './triggers';
import type { RunningTrigger } from './triggers';

export interface FunctionsHostOptions {
  /** The folder with host.json and package.json. */
  root: string;
  /** 0 takes a free one. Default: LocalHttpPort of local.settings.json, else 7071. */
  port?: number;
  /** App settings that win over local.settings.json and the environment. */
  settings?: Record<string, string>;
  /** Ask for keys as in Azure; `func start` does not either unless told to. */
  enableAuth?: boolean;
  /** JSON { master, host, functions? }; written with random keys when missing. Without it the keys live in memory. */
  keysFile?: string;
  /** Also log successful invocations and stacks. */
  verbose?: boolean;
  /** Gets each log line; default: standard output. */
  log?: (line: string) => void;
}

/** What `deliver` takes; what is left out gets a plain default. */
export type GivenEvent = Partial<HubEvent> & Pick<HubEvent, 'body'>;

export interface FunctionsHost {
  url: string;
  keys: { master: string; host: string };
  functions: ListedFunction[];
  /**
   * Runs one batch of an Event Hub function through the same conversion and retry policy as the wire, without sockets
   * and checkpoints. Resolves when it is done, rejects with the function's error when it is given up.
   */
  deliver(functionName: string, partitionId: string, events: readonly GivenEvent[]): Promise<void>;
  /** Runs a timer, queue or Event Hub function once; rejects with what it threw. */
  invoke(functionName: string, input?: string): Promise<void>;
  /** Stops the listeners, lets what is in flight finish (10 s), then runs the appTerminate hooks. */
  stop(): Promise<void>;
}

const drainMs = 10_000;
let started = false;

/**
 * Runs a compiled Functions app through its own `@azure/functions` library. One host per process: the settings become
 * environment variables and the app's modules stay loaded. Rejects with a StartError for what is wrong with the app.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  if (started) throw new StartError('A process can run one Functions host only.');
  started = true;
  const root = resolve(options.root);
  const hostJson = readHostJson(root);
  const write = createLog(options.log ?? toStandardOutput, options.verbose ?? false, hostJson.logLevels);
  const local = applySettings(root, options.settings ?? {}, write);
  const keys = loadKeys(options.keysFile);

  // Callers that come while the app is still loading wait, as in Azure.
  let open: (door: HttpDoor) => void;
  const opened = new Promise<HttpDoor>((resolve) => (open = resolve));
  const http = await listen(
    async (request, response) => (await opened)(request, response),
    options.port ?? local.LocalHttpPort ?? 7071,
    (error) => write('error', 'Host', `An HTTP request failed in the host itself: ${messageOf(error)}`),
  );
  const url = `http://localhost:${http.port}`;
  process.env['WEBSITE_HOSTNAME'] = `localhost:${http.port}`;

  const core = installFunctionsCore((level, category, message) =>
    invoker.log(level, category === 'user' ? 'Function.User' : 'Worker', message),
  );
  const invoker = createInvoker({
    core,
    write,
    timeoutMs: hostJson.functionTimeoutMs,
    isTracing: hostJson.isTracing,
    writeOutputs: (target, response) => writeQueueOutputs(target, response, hostJson.queues.messageEncoding),
  });
  const capabilities = await loadInto(core, root, invoker);
  const targets = select(core, hostJson);
  const listed = targets.map((target) => list(target, url, hostJson.http.routePrefix));
  const disabled = new Set(listed.filter((one) => one.disabled).map(({ name }) => name));
  const routed = listed.filter(({ route }) => route !== undefined);
  const routes = createRouteTable(
    routed.map(({ name, route, methods }) => ({ name, route: route!, methods: methods! })),
    hostJson.http.routePrefix,
  );

  let triggers = new Map<string, RunningTrigger>();
  let draining: Promise<unknown> | undefined;

  async function startTriggers(): Promise<void> {
    const keepsEmpty = (): boolean => capabilities['IncludeEmptyEntriesInMessagePayload']?.toLowerCase() === 'true';
    for (const target of targets) {
      const { name } = target.metadata;
      const trigger = isHttp(target) ? undefined : createTrigger(target, { invoker, hostJson, keepsEmpty, log: write });
      if (trigger) triggers.set(name, trigger);
      else if (!isHttp(target)) {
        write(
          'warning',
          'Host',
          `${name}: this host does not run triggers of type ${triggerOf(target).binding.type}; it stays idle`,
        );
      }
    }
    const enabled = [...triggers].filter(([name]) => !disabled.has(name));
    await Promise.all(enabled.map(([, { listener }]) => listener.start()));
  }

  async function stopTriggers(): Promise<void> {
    await Promise.all([...triggers.values()].map(({ listener }) => listener.stop()));
  }

  function triggerNamed(functionName: string): RunningTrigger {
    const trigger = triggers.get(functionName);
    if (!trigger) throw new Error(`There is no timer, queue or Event Hub function "${functionName}".`);
    return trigger;
  }

  const admin = createAdminApi({
    functions: () => listed,
    start: (name, input) => {
      const { run } = triggerNamed(name);
      // It fails on its own time; the invocation has logged it.
      run(input ?? '').catch(() => undefined);
    },
    drain: () => {
      draining ??= stopTriggers();
    },
    resume: async () => {
      if (!draining) return;
      await draining;
      draining = undefined;
      triggers = new Map();
      await startTriggers();
    },
    drainState: () => {
      const outstandingInvocations = invoker.inFlight();
      const state = outstandingInvocations > 0 ? 'InProgress' : 'Completed';
      return { state: draining ? state : 'Disabled', outstandingInvocations, outstandingRetries: 0 };
    },
  });

  await startTriggers();
  open!(
    createHttpDoor({
      settings: hostJson.http,
      routes,
      targets: new Map(targets.filter(isHttp).map((target) => [target.metadata.name, toHttpTarget(target, invoker)])),
      keys,
      enableAuth: options.enableAuth ?? false,
      bodyLimit: Number(process.env['FUNCTIONS_REQUEST_BODY_SIZE_LIMIT'] || defaultBodyLimit),
      cors: createCors(local),
      admin,
    }),
  );
  for (const line of listing(listed)) write('information', 'Host', line);

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    const settled = Promise.all([stopTriggers(), invoker.idle()]).then(() => true);
    const inTime = Promise.race([settled, sleep(drainMs, false, { ref: false })]);
    await http.close(inTime);
    if (!(await inTime)) {
      write(
        'warning',
        'Host',
        `${invoker.inFlight()} invocations did not finish within ${drainMs / 1000} s and are cut off`,
      );
    }
    await invoker.runHooks('appTerminate', { hookData: {} });
  }

  return {
    url,
    keys: { master: keys.master, host: keys.host },
    functions: listed,
    deliver: async (functionName, partitionId, events) => {
      const { deliver } = triggerNamed(functionName);
      if (!deliver) throw new Error(`"${functionName}" is not an Event Hub function.`);
      await deliver(partitionId, events.map(complete));
    },
    invoke: async (functionName, input = '') => triggerNamed(functionName).run(input),
    stop: () => (stopped ??= stop()),
  };
}

async function loadInto(core: FunctionsCore, root: string, invoker: Invoker): Promise<Record<string, string>> {
  await loadApp(root);
  const model = core.model();
  if (!model) throw new StartError(`The files of ${root} register no function.`);
  core.lock();
  await invoker.runHooks('appStart', { hookData: {}, functionAppDirectory: root });
  const capabilities = (await model.getCapabilities?.({})) ?? {};
  if (capabilities['HttpUri']) {
    throw new StartError(
      'The app sets enableHttpStream, which this host does not support; it hands over whole bodies only.',
    );
  }
  return capabilities;
}

/** The functions host.json lets run, checked by name. */
function select(core: FunctionsCore, { functions: only }: HostJson): RegisteredFunction[] {
  const names = core.functions.map(({ metadata }) => metadata.name);
  const bad = names.find((name) => !/^[a-z][a-z0-9_-]{0,127}$/i.test(name));
  if (bad !== undefined)
    throw new StartError(`"${bad}" is no function name: a letter, then letters, digits, "_" and "-".`);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new StartError(`host.json names the function "${unknown}", which the app does not register.`);
  return core.functions.filter(({ metadata }) => !only || only.includes(metadata.name));
}

function list(target: RegisteredFunction, url: string, prefix: string): ListedFunction {
  const { name } = target.metadata;
  const { binding } = triggerOf(target);
  const disabled = isDisabled(target);
  if (!isHttp(target)) return { name, trigger: binding.type, disabled };
  const route = optionOf(binding, 'route') || name;
  const methods = (binding['methods'] as string[]).map((method) => method.toUpperCase());
  const path = [prefix, route.replace(/^\//, '')].filter(Boolean).join('/');
  return { name, trigger: binding.type, disabled, methods, route, url: `${url}/${path}` };
}

function listing(listed: ListedFunction[]): string[] {
  return listed
    .toSorted((a, b) => (a.name.toUpperCase() < b.name.toUpperCase() ? -1 : 1))
    .map(({ name, trigger, methods, url, disabled }) => {
      const what = url ? `[${methods!.join(',') || 'every method'}] ${url}` : trigger;
      return `${name}: ${what}${disabled ? ' (disabled)' : ''}`;
    });
}

function toHttpTarget(target: RegisteredFunction, invoker: Invoker): HttpTarget {
  const { name: bindingName, binding } = triggerOf(target);
  return {
    bindingName,
    authLevel: (optionOf(binding, 'authLevel') || 'function').toLowerCase() as AuthLevel,
    disabled: isDisabled(target),
    invoke: async (request) => (await invoker.invoke(target, request)).response,
  };
}

function complete(event: GivenEvent, index: number): HubEvent {
  if (event.sequenceNumber !== undefined && event.offset !== undefined && event.enqueuedTimeUtc)
    return event as HubEvent;
  return { sequenceNumber: index, offset: String(index), enqueuedTimeUtc: new Date(), ...event };
}

function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}
