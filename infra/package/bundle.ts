import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ownSourcesOnly } from './source-map';

/** ES modules among the SDKs ask for this, which a CommonJS file does not have. */
const ownUrl = `const __ownUrl = require('node:url').pathToFileURL(__filename).href;`;

/**
 * All functions and everything they need, as one file with its source map. `@azure/functions-core` stays outside: it is the
 * host's, and exists nowhere else.
 */
export async function bundle(root: string, folder: string): Promise<void> {
  const functions = (await readdir(join(root, 'functions'))).filter((file) => file.endsWith('.ts')).toSorted();
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: functions.map((file) => `import './functions/${file.replace(/\.ts$/, '')}';`).join('\n'),
      resolveDir: root,
      sourcefile: 'app.ts',
      loader: 'ts',
    },
    // Not written there: sources are named relative to this, wherever the package is made.
    outfile: join(root, 'app.js'),
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['@azure/functions-core'],
    define: { 'import.meta.url': '__ownUrl' },
    banner: { js: ownUrl },
    // Two classes of one name would become `Message` and `Message2`, and SDKs ask for `constructor.name`.
    keepNames: true,
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    logLevel: 'error',
  });
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    await writeFile(join(folder, name), name.endsWith('.map') ? ownSourcesOnly(text) : text);
  }
}
