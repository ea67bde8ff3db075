import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundle } from './bundle';
import { zipOf } from './zip';

export interface Package {
  /** What is in the zip, as files. */
  folder: string;
  zip: string;
  /** Bytes of the zip. */
  size: number;
  /** Of the zip, in hex: whoever makes it from the same sources gets the same. */
  sha256: string;
}

const name = 'connected-customer-service';
const main = 'index.js';

// Node.js reads a source map when it loads the file it belongs to: it must be told before.
const loader = `process.setSourceMapsEnabled(true);\nrequire('./app.js');\n`;

/**
 * Makes what is deployed, in `folder` and as a zip beside it: the bundle, its source map, host.json and a package.json that
 * names no dependencies; and the built console. No settings, no tests, nothing of the local platform. Throws when `folder`
 * holds anything but an older package.
 */
export async function makePackage(root: string, folder: string): Promise<Package> {
  await refuseForeign(folder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // First, because a package that was begun is known by it.
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await description(root), null, 2)}\n`);
  await bundle(root, folder);
  await writeFile(join(folder, main), loader);
  await copyFile(join(root, 'host.json'), join(folder, 'host.json'));
  await copyConsole(join(root, 'dist', 'console'), join(folder, 'console'));
  const zip = join(dirname(folder), `${name}.zip`);
  const bytes = await zipOf(folder);
  await writeFile(zip, bytes);
  return { folder, zip, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** What is in the folder is removed: it must be nobody else's. */
async function refuseForeign(folder: string): Promise<void> {
  const files = existsSync(folder) ? await readdir(folder) : [];
  if (files.length === 0) return;
  const told = files.includes('package.json') ? await readFile(join(folder, 'package.json'), 'utf8') : '';
  if (told.includes(`"name": "${name}"`) && told.includes(`"main": "${main}"`)) return;
  throw new Error(`${folder} is there already and is no package of this app. Remove it, or choose another --out.`);
}

/** Every file as it is and compressed by Brotli, which every browser takes from https; the build's own notes stay. */
async function copyConsole(from: string, to: string): Promise<void> {
  const filter = (path: string) => !/\.(gz|json|built-from)$/.test(path);
  await cp(from, to, { recursive: true, filter });
}

async function description(root: string): Promise<Record<string, unknown>> {
  const {
    version,
    description: what,
    license,
  } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  return { name, version, description: what, license, private: true, main };
}
