import { Module } from 'node:module';
import { StartError } from './start-error';
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from './rpc';

const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: unknown) => unknown;

export interface RegisteredFunction {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** What the app told the worker while its files were loaded. */
export interface FunctionsCore {
  functions: RegisteredFunction[];
  hooks: Record<HookName, HookCallback[]>;
  model(): ProgrammingModel | undefined;
  /** From here on a registration is an error, as in the real worker. */
  lock(): void;
}

type CoreLog = (level: LogLevel, category: LogCategory, message: string) => void;

/**
 * Makes `require('@azure/functions-core')` work in this process. In Azure the worker injects that module; the library
 * asks for it once, on the first `app.*` call, and goes into "test mode" when it is missing.
 */
export function installFunctionsCore(log: CoreLog): FunctionsCore {
  const core = createCore(log);
  const original = Module.prototype.require;
  Module.prototype.require = Object.assign(function (this: NodeJS.Module, id: string): unknown {
    return id === '@azure/functions-core' ? core.exports : original.call(this, id);
  }, original);
  return core;
}

function createCore(log: CoreLog): FunctionsCore & { exports: unknown } {
  const functions: RegisteredFunction[] = [];
  const hooks: FunctionsCore['hooks'] = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  let model: ProgrammingModel | undefined;
  let locked = false;

  function registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (locked) throw systemError(Error, `Function "${metadata.name}" was registered after the app had started.`);
    if (functions.some((known) => sameName(known.metadata.name, metadata.name))) {
      throw new StartError(`Function "${metadata.name}" is registered twice; names must differ by more than case.`);
    }
    const registered = { metadata, callback };
    functions.push(registered);
    return new Disposable(() => removeFrom(functions, registered));
  }

  function registerHook(name: string, callback: HookCallback): Disposable {
    if (!isHookName(name)) throw systemError(RangeError, `Unrecognized hook "${name}"`);
    hooks[name].push(callback);
    return new Disposable(() => removeFrom(hooks[name], callback));
  }

  const exports = {
    version: '3.11.1',
    hostVersion: '4.1037.0',
    registerFunction,
    registerHook,
    setProgrammingModel: (given: ProgrammingModel) => {
      model = given;
    },
    getProgrammingModel: () => model,
    log,
    Disposable,
  };
  return { exports, functions, hooks, model: () => model, lock: () => (locked = true) };
}

/** The real module exports a class, so an app may write `new Disposable(...)` or `Disposable.from(...)`. */
class Disposable {
  #onDispose: (() => unknown) | undefined;

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }

  dispose(): unknown {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    return onDispose?.();
  }
}

function isHookName(name: string): name is HookName {
  return (hookNames as readonly string[]).includes(name);
}

function sameName(a: string, b: string): boolean {
  return a.toUpperCase() === b.toUpperCase();
}

function removeFrom<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

// The library tells the worker's own refusals from an app's errors by this mark.
function systemError(Kind: ErrorConstructor | RangeErrorConstructor, message: string): Error {
  return Object.assign(new Kind(message), { isAzureFunctionsSystemError: true });
}
