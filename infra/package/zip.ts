import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';
import type { Zippable } from 'fflate';

/**
 * The files of a folder as a zip that depends on their names and bytes only: sorted, with one time for all (the first that a
 * zip can tell, in any time zone), readable by everybody, and compressed by the same code on every version of Node.js.
 */
export async function zipOf(folder: string): Promise<Uint8Array> {
  const files: Zippable = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths.toSorted()) {
    const name = relative(folder, path).replaceAll('\\', '/');
    files[name] = [new Uint8Array(await readFile(path)), { os: 3, attrs: 0o100644 * 0x10000 }];
  }
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}
