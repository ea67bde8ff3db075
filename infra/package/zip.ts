import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Zippable } from 'fflate';

/**
 * The files of a folder as a zip that depends on their names and bytes only: sorted, with one time for all (the first that a
 * zip can tell, in any time zone), readable by everybody, and compressed by the same code on every version of Node.js.
 */
export async function zipOf(folder: string): Promise<Uint8Array> {
  const files: Zippable = {};
  for (const name of (await readdir(folder)).toSorted()) {
    files[name] = [new Uint8Array(await readFile(join(folder, name))), { os: 3, attrs: 0o100644 * 0x10000 }];
  }
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}
