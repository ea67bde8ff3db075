const { existsSync } = require('node:fs');

/** Without a browser, what needs one is left out, and said so; `.ci/run` installs one. */
const browsers = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const hasBrowser = browsers.some((path) => path && existsSync(path)) || process.platform !== 'linux';
if (!hasBrowser) {
  console.warn(
    'NOT RUN: test/console/browser, because there is no Chromium (Debian: apt-get install chromium, or CHROMIUM_PATH).',
  );
}

module.exports = {
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
  transform: { '^.+\\.ts$|/node_modules/(jose|@opentelemetry/otlp-exporter-base)/.+\\.js$': ['@swc/jest'] },
  // jose is published as ES modules only; the exporter imports `http` when it needs it, which Jest's modules cannot.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@opentelemetry/otlp-exporter-base)/)'],
  testTimeout: 180_000,
  maxWorkers: 2,
  ...(!hasBrowser && { testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/console/browser/'] }),
};
