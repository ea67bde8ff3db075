import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundle } from './bundle';
import { zipOf } from './zip';

export interface Package {
  /** What is in the zip, as files. */
  folder: string;
  zip: string;
  /** Bytes of the zip. */
  size: number;
}

// Node.js reads a source map when it loads the file it belongs to: it must be told before.
const loader = `process.setSourceMapsEnabled(true);\nrequire('./app.js');\n`;

/**
 * Makes what is deployed, in `folder` and as `folder`.zip: the bundle, its source map, host.json and a package.json that
 * names no dependencies; and the built console. No settings, no tests, nothing of the local platform.
 */
export async function makePackage(root: string, folder: string): Promise<Package> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundle(root, folder);
  await writeFile(join(folder, 'index.js'), loader);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await description(root), null, 2)}\n`);
  await copyFile(join(root, 'host.json'), join(folder, 'host.json'));
  await copyConsole(join(root, 'dist', 'console'), join(folder, 'console'));
  const zip = join(dirname(folder), 'connected-customer-service.zip');
  const bytes = await zipOf(folder);
  await writeFile(zip, bytes);
  return { folder, zip, size: bytes.length };
}

/** Every file as it is and compressed by Brotli, which every browser takes from https; the build's own notes stay. */
async function copyConsole(from: string, to: string): Promise<void> {
  const filter = (path: string) => !/\.(gz|json|built-from)$/.test(path);
  await cp(from, to, { recursive: true, filter });
}

async function description(root: string): Promise<Record<string, unknown>> {
  const {
    name,
    version,
    description: what,
    license,
  } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  return { name, version, description: what, license, private: true, main: 'index.js' };
}
