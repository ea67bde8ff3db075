import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { PageFile, PageFiles } from '../../ports/page-files';

/** Everything the build writes; a file of another kind is not served. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** The files of a folder. They are kept in memory once read: a deployment never changes them under a running process. */
export function folderPageFiles(folder: string): PageFiles {
  const known = new Map<string, Promise<PageFile | undefined>>();
  return {
    read: async (path) => {
      const found = known.get(path) ?? load(folder, path);
      known.set(path, found);
      const file = await found.catch((error: unknown) => {
        known.delete(path);
        throw error;
      });
      // Not remembered: whoever asks for names at random would fill the memory.
      if (!file) known.delete(path);
      return file;
    },
  };
}

async function load(folder: string, path: string): Promise<PageFile | undefined> {
  const type = types[extname(path)];
  const full = normalize(join(folder, path));
  if (type === undefined || !full.startsWith(normalize(folder) + sep)) return undefined;
  const [identity, br, gzip] = await Promise.all([full, `${full}.br`, `${full}.gz`].map(bytesOf));
  if (!identity) return undefined;
  const tag = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
  return { tag, type, bodies: { ...(br && { br }), ...(gzip && { gzip }), identity } };
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(error.code ?? ''))
      return undefined;
    throw error;
  });
}
