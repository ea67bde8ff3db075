import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './kit';

/** One guard taken out of the compiled app: texts in its files, and what stands there instead. */
export interface Mutation {
  guard: string;
  changes: readonly { file: string; from: string; to: string }[];
}

/** Copies the compiled app, takes a guard out of it, and runs something on the copy. */
export async function withBrokenApp<T>({ guard, changes }: Mutation, work: (app: string) => Promise<T>): Promise<T> {
  const app = await mkdtemp(join(tmpdir(), 'ccs-broken-app-'));
  try {
    for (const part of ['dist/functions', 'dist/shared', 'host.json', 'package.json']) {
      await cp(join(root, part), join(app, part), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(app, 'node_modules'));
    for (const { file, from, to } of changes) {
      const path = join(app, 'dist', file);
      const text = await readFile(path, 'utf8');
      if (text.split(from).length !== 2) {
        throw new Error(`${guard}: ${file} must hold exactly once: ${from}`);
      }
      await writeFile(
        path,
        text.replace(from, () => to),
      );
    }
    return await work(app);
  } finally {
    await rm(app, { recursive: true, force: true });
  }
}
