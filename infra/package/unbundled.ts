import { copyFile, link, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Weight {
  files: number;
  bytes: number;
}

interface Lock {
  packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
}

/**
 * The app as it would be deployed without a bundle: the compiled files and the packages they run on, as npm would install
 * them. Without a folder it is only weighed. Packages in a folder of their own are not those that the host has loaded already.
 */
export async function makeUnbundled(root: string, folder?: string): Promise<Weight> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const packages = Object.entries(lock.packages)
    .filter(([path, row]) => path !== '' && !row.dev && !row.devOptional && !row.optional)
    .map(([path]) => path);
  const weights: Weight[] = [];
  for (const part of ['dist/functions', 'dist/shared', ...packages]) {
    weights.push(await place(join(root, part), folder && join(folder, part)));
  }
  if (folder) for (const file of ['package.json', 'host.json']) await copyFile(join(root, file), join(folder, file));
  return sum(weights);
}

/** Packages inside of packages stand in the lock file themselves. */
async function place(from: string, to: string | undefined): Promise<Weight> {
  if (to) await mkdir(to, { recursive: true });
  const entries = (await readdir(from, { withFileTypes: true })).filter(({ name }) => name !== 'node_modules');
  const weights = await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [join(from, entry.name), to && join(to, entry.name)];
      if (entry.isDirectory()) return place(source, target);
      if (target) await link(source, target).catch(async () => copyFile(source, target));
      return { files: 1, bytes: (await stat(source)).size };
    }),
  );
  return sum(weights);
}

function sum(weights: readonly Weight[]): Weight {
  return {
    files: weights.reduce((all, { files }) => all + files, 0),
    bytes: weights.reduce((all, { bytes }) => all + bytes, 0),
  };
}
