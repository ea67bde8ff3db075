import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startFunctionsHost } from './functions-host';
import type { FunctionsHostOptions } from './functions-host';
import { StartError, messageOf } from './start-error';

const usage = 'main.js --root DIR [--port N] [--keys FILE] [--enable-auth] [--settings FILE.json] [--verbose]';

function readOptions(args: string[]): FunctionsHostOptions {
  const { values } = parseArgs({
    args,
    options: {
      root: { type: 'string' },
      port: { type: 'string' },
      keys: { type: 'string' },
      settings: { type: 'string' },
      'enable-auth': { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  if (values.root === undefined) throw new Error('--root is missing');
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new Error(`--port ${values.port} is no port`);
  }
  return {
    root: values.root,
    port,
    keysFile: values.keys,
    settings: values.settings === undefined ? {} : readSettings(values.settings),
    enableAuth: values['enable-auth'],
    verbose: values.verbose,
  };
}

function readSettings(path: string): Record<string, string> {
  const settings = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const wrong = Object.entries(settings).find(([, value]) => typeof value !== 'string');
  if (wrong) throw new Error(`${path}: the value of "${wrong[0]}" must be a string`);
  return settings as Record<string, string>;
}

async function main(): Promise<void> {
  let options: FunctionsHostOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    return leave(2, `${messageOf(error)}. Usage: ${usage}`);
  }
  process.on('uncaughtException', (error) => {
    // In Azure the worker process would be replaced.
    leave(1, `The app threw outside of an invocation, the host ends: ${error.stack ?? messageOf(error)}`);
  });
  try {
    const host = await startFunctionsHost(options);
    const stop = (): void => {
      host.stop().then(
        () => process.exit(0),
        (error: unknown) => leave(1, `The host could not stop cleanly: ${messageOf(error)}`),
      );
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
    process.on('disconnect', stop);
    console.log(`Functions host ready on ${host.url}`);
    process.send?.({ type: 'ready', url: host.url, functionKey: host.keys.host, masterKey: host.keys.master });
  } catch (error) {
    const detail =
      options.verbose && error instanceof Error ? `\n${(error.cause as Error | undefined)?.stack ?? error.stack}` : '';
    leave(
      1,
      error instanceof StartError ? error.message + detail : `The host could not start: ${messageOf(error)}${detail}`,
    );
  }
}

function leave(code: number, line: string): void {
  console.error(line);
  process.exit(code);
}

void main();
