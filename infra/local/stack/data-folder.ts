import { constants } from 'node:fs';
import { access, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { birthOf, isRunning } from '../processes';
import { StartError } from '../start-error';

/** The folder a stack keeps everything in. While it is open, no other stack can use it. */
export interface DataFolder {
  readonly path: string;
  close(): Promise<void>;
}

// Its presence says that the folder is ours: only then is anything in it touched or removed.
const marker = 'LOCAL-STACK.txt';
const markerText =
  'Data of a local stack of connected-customer-service.\n"npm start -- --fresh" empties it; when no stack runs, the folder may be deleted.\n';
const lock = 'stack.pid';
const contents = ['azurite', 'iot-hub', 'keys.json', 'stack.json', 'logs'];

/** Opens, and creates if needed, the data folder; `fresh` empties it first. Fails with one line for its owner. */
export async function openDataFolder(path: string, { fresh }: { fresh: boolean }): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true });
    const entries = await readdir(path);
    if (entries.length > 0 && !entries.includes(marker)) {
      throw new StartError(`${path} is not empty and holds no data of a local stack: name another folder with --data`);
    }
    await access(path, constants.W_OK | constants.X_OK);
    await writeFile(join(path, marker), markerText);
    await takeLock(path);
    if (fresh) for (const entry of contents) await rm(join(path, entry), { recursive: true, force: true });
  } catch (thrown) {
    throw thrown instanceof StartError ? thrown : unusable(path, thrown as NodeJS.ErrnoException);
  }
  return { path, close: () => rm(join(path, lock), { force: true }) };
}

function unusable(path: string, { code, message }: NodeJS.ErrnoException): StartError {
  const reasons: Record<string, string> = {
    EEXIST: 'it is a file, not a folder',
    ENOTDIR: 'it is a file, not a folder',
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  return new StartError(`The data folder ${path} cannot be used: ${(code && reasons[code]) ?? message}`);
}

async function takeLock(path: string): Promise<void> {
  const file = join(path, lock);
  const mine = `${process.pid} ${birthOf(process.pid)}\n`;
  for (const lastTry of [false, true]) {
    try {
      await writeFile(file, mine, { flag: 'wx' });
      return;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    const [pid = '', birth = ''] = (await readFile(file, 'utf8')).trim().split(' ');
    if (lastTry || (isRunning(Number(pid)) && birthOf(Number(pid)) === birth)) {
      throw new StartError(`Another stack uses ${path} (process ${pid}): stop it, or name another folder with --data`);
    }
    // Left behind by a stack that was killed.
    await rm(file, { force: true });
  }
}
