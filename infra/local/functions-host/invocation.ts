import { randomUUID } from 'node:crypto';
import type { FunctionsCore, HookName, RegisteredFunction } from './functions-core';
import type { Log } from './log';
import type { CoreInvocationContext, InvocationRequest, InvocationResponse, LogLevel } from './rpc';
import { messageOf } from './start-error';

/** Thrown to the trigger when `functionTimeout` of host.json passed. The code itself cannot be stopped and runs on. */
class FunctionTimeout extends Error {
  override name = 'FunctionTimeout';
}

export interface Invocation {
  response: InvocationResponse;
  /** What the handler returned, after the hooks. */
  result: unknown;
}

export interface Invoker {
  /** Runs the function once, hooks included. Rejects with whatever the function or a hook threw, after logging it. */
  invoke(target: RegisteredFunction, request: InvocationRequest): Promise<Invocation>;
  runHooks(name: HookName, context: unknown): Promise<void>;
  /** Calls the `log` hooks and writes what is left. */
  log(level: LogLevel, category: string, message: string, invocationContext?: unknown): void;
  inFlight(): number;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

export interface InvokerOptions {
  core: FunctionsCore;
  write: Log;
  timeoutMs: number | undefined;
  /** Whether the traces that the host begins are recorded. */
  isTracing: boolean;
  /** Sends what the function put out; when that fails the invocation has failed. */
  writeOutputs(target: RegisteredFunction, response: InvocationResponse): Promise<void>;
}

export function createInvoker({ core, write, timeoutMs, isTracing, writeOutputs }: InvokerOptions): Invoker {
  const appHookData: Record<string, unknown> = {};
  let inFlight = 0;
  const whenIdle: (() => void)[] = [];

  function log(level: LogLevel, category: string, message: string, invocationContext?: unknown): void {
    if (core.hooks.log.length === 0) return write(level, category, message);
    const isUser = category.endsWith('.User');
    const entry = {
      hookData: {},
      appHookData,
      level,
      message,
      category: isUser ? 'user' : 'system',
      invocationContext,
    };
    for (const hook of core.hooks.log) hook(entry);
    write(entry.level, category, entry.message);
  }

  async function runHooks(name: HookName, context: unknown): Promise<void> {
    for (const hook of core.hooks[name]) await hook(Object.assign(context as object, { appHookData }));
  }

  async function run(
    target: RegisteredFunction,
    request: InvocationRequest,
    invocationId: string,
  ): Promise<Invocation> {
    const { name, bindings } = target.metadata;
    let invocationContext: unknown;
    const coreContext: CoreInvocationContext = {
      invocationId,
      request: { traceContext: { traceParent: traceParentOf(invocationId, isTracing), attributes: {} }, ...request },
      metadata: { name, bindings },
      log: (level, category, message) =>
        log(level, category === 'user' ? `Function.${name}.User` : `Function.${name}`, message, invocationContext),
    };
    const model = core.model()!.getInvocationModel(coreContext);
    const { context, inputs } = await model.getArguments();
    invocationContext = context;
    const shared = { hookData: {}, invocationContext: context };

    const before = { ...shared, inputs, functionCallback: target.callback };
    coreContext.state = 'preInvocationHooks';
    if (core.hooks.preInvocation.length > 0) await runHooks('preInvocation', before);

    const after: { result: unknown; error: unknown; inputs: unknown[] } = {
      ...shared,
      inputs: before.inputs,
      result: null,
      error: null,
    };
    coreContext.state = 'invocation';
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error ?? new Error('the function threw nothing');
    }
    coreContext.state = 'postInvocationHooks';
    if (core.hooks.postInvocation.length > 0) await runHooks('postInvocation', after);
    coreContext.state = undefined;
    if (after.error !== null && after.error !== undefined) throw after.error;
    const response = await model.getResponse(context, after.result);
    await writeOutputs(target, response);
    return { result: after.result, response };
  }

  async function invoke(target: RegisteredFunction, request: InvocationRequest): Promise<Invocation> {
    const invocationId = randomUUID();
    const { name } = target.metadata;
    inFlight += 1;
    const started = performance.now();
    const running = run(target, request, invocationId);
    try {
      const done = await (timeoutMs === undefined ? running : withTimeout(running, timeoutMs));
      write(
        'debug',
        `Function.${name}`,
        `succeeded in ${Math.round(performance.now() - started)} ms (${invocationId})`,
      );
      return done;
    } catch (error) {
      write('error', `Function.${name}`, `failed (${invocationId}): ${messageOf(error)}`);
      if (error instanceof Error && error.stack) write('debug', `Function.${name}`, error.stack);
      throw error;
    } finally {
      inFlight -= 1;
      if (inFlight === 0) whenIdle.splice(0).forEach((resolve) => resolve());
    }
  }

  async function idle(): Promise<void> {
    if (inFlight > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
  }

  return { invoke, runHooks, log, inFlight: () => inFlight, idle };
}

// The real host always has one; taking it from the invocation id keeps the two easy to match in a log.
function traceParentOf(invocationId: string, isTracing: boolean): string {
  const hex = invocationId.replaceAll('-', '');
  return `00-${hex}-${hex.slice(16)}-${isTracing ? '01' : '00'}`;
}

async function withTimeout<T>(running: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new FunctionTimeout(`it ran longer than functionTimeout (${milliseconds} ms)`)),
      milliseconds,
    );
  });
  // When the time is over nobody waits for the function any more; its later failure must not end the process.
  running.catch(() => undefined);
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}
