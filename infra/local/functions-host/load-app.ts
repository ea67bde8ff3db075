import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { glob } from 'tinyglobby';
import { StartError, messageOf } from './start-error';

/**
 * Loads every file the `main` glob of the app's package.json names, in order of path.
 * Throws a StartError that names the file when one throws, or the glob when nothing matches it.
 */
export async function loadApp(root: string): Promise<string[]> {
  const { main, type } = readPackage(join(root, 'package.json'));
  const files = (await glob(main, { cwd: root, dot: true })).toSorted();
  if (files.length === 0) {
    throw new StartError(`No file matches "main": "${main}" of ${join(root, 'package.json')}; is the app compiled?`);
  }
  const require = createRequire(join(root, 'package.json'));
  for (const file of files) {
    const path = join(root, file);
    try {
      if (file.endsWith('.mjs') || (type === 'module' && !file.endsWith('.cjs')))
        await import(pathToFileURL(path).href);
      else require(path);
    } catch (error) {
      const firstLine = messageOf(error).split('\n')[0];
      throw new StartError(`The app file ${path} threw while loading: ${firstLine}`, { cause: error });
    }
  }
  return files;
}

function readPackage(path: string): { main: string; type?: string } {
  let parsed: { main?: unknown; type?: string };
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8')) as typeof parsed;
  } catch (error) {
    throw new StartError(`${path} cannot be read: ${messageOf(error)}`);
  }
  if (typeof parsed.main !== 'string') {
    throw new StartError(`${path} has no "main": it must name the compiled files that register the functions.`);
  }
  return { main: parsed.main, type: parsed.type };
}
