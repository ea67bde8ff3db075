import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** How the page is bundled. `CONSOLE_API` is where the development server finds the Web API. */
export const config = {
  configFile: false,
  root,
  base: '/console/',
  logLevel: 'warn',
  build: {
    outDir: join(root, '..', 'dist', 'console'),
    emptyOutDir: true,
    // Not `assets`: that is an area of the console.
    assetsDir: 'static',
    manifest: 'manifest.json',
    // An inlined file would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Directives for servers that render; a bundle for browsers has no use for them.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
  server: { proxy: { '/api': process.env.CONSOLE_API ?? 'http://localhost:7071' } },
};
