// Builds the page into dist/console, compresses every file beside itself and holds the budget. Plain JavaScript, like
// infra/local/prepare.mjs, which calls it: nothing needs to be compiled before it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { config } from './config.mjs';
import { entryFiles } from './entry-files.mjs';

/** What must be loaded before the first page shows, compressed with gzip, in bytes. */
const budget = 250_000;

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '..', '..', 'dist', 'console');

await build(config);
const sizes = new Map();
for (const path of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(html|js|css|svg)$/.test(path)) continue;
  const bytes = readFileSync(join(output, path));
  const gzip = gzipSync(bytes, { level: 9 });
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  writeFileSync(join(output, `${path}.gz`), gzip);
  writeFileSync(join(output, `${path}.br`), brotli);
  sizes.set(path.replaceAll('\\', '/'), gzip.byteLength);
}

const files = entryFiles(join(output, 'manifest.json'));
const entry = files.reduce((sum, path) => sum + sizes.get(path), 0);
console.error(
  `The console's first page loads ${(entry / 1000).toFixed(0)} kB in ${files.length} files (budget ${budget / 1000} kB)`,
);
if (entry > budget) {
  for (const path of files) console.error(`  ${path}: ${(sizes.get(path) / 1000).toFixed(1)} kB`);
  console.error(
    'That is beyond the budget: load what the first page does not need with its own page (console/app/routes.ts).',
  );
  process.exitCode = 1;
}
