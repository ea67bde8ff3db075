import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes sure the folder exists and can be written; says so in one line when not. */
export function prepareFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (error) {
    throw new Error(`The data folder ${path} cannot be written: ${reason(error)}`, { cause: error });
  }
}

/**
 * Holds the folder for this process until released. It is a socket, not a file with a process id: a killed owner frees
 * it at once, and a number that was given to another process cannot be mistaken for one.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  let failure: unknown;
  for (const path of lockPaths(folder)) {
    try {
      return await hold(path);
    } catch (error) {
      failure = error;
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
        throw new Error(`The data folder ${folder} is in use by another IoT Hub`, { cause: error });
      }
    }
  }
  throw new Error(`The data folder ${folder} cannot be locked`, { cause: failure });
}

// Node.js cuts longer paths of sockets off without a word; systems take a little over 100 bytes.
const longestSocketPath = 100;

/** In the folder itself, or, where its path is too long or its file system knows no sockets, beside all others. */
function lockPaths(folder: string): string[] {
  const name = `iot-hub-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`;
  if (process.platform === 'win32') return [`\\\\.\\pipe\\${name}`];
  const paths = [join(folder, 'lock.sock'), join(tmpdir(), `${name}.sock`)];
  return paths.filter((path) => Buffer.byteLength(path) <= longestSocketPath);
}

async function hold(path: string): Promise<() => Promise<void>> {
  if (existsSync(path) && !(await answers(path))) rmSync(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(path), 'listening');
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The object a JSON file holds, or undefined when there is none. A file that is no JSON is an error with its path. */
export function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${reason(error)}`, { cause: error });
  }
}

/** Writes a file so that a reader sees the old text or the new one, never a part. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, text, { mode });
  renameSync(unfinished, path);
}

/** What was stored under this name, or what `make` makes, stored from now on. */
export function keep<T>(folder: string, name: string, make: () => T): T {
  const path = join(folder, name);
  const known = readJson(path);
  if (known !== undefined) return known as T;
  const made = make();
  writeWhole(path, JSON.stringify(made, null, 2), 0o600);
  return made;
}

/** A key as policies and devices have them. */
export function newKey(): string {
  return randomBytes(32).toString('base64');
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
