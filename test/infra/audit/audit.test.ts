import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(240_000);

const program = join(__dirname, '..', '..', '..', 'dist', 'infra', 'audit', 'main.js');
const cache = mkdtempSync(join(tmpdir(), 'ccs-audit-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** A registry as far as the real npm needs one for this: what it answers to the question for known weaknesses. */
async function registry(status: number, advisories: unknown) {
  const server = createServer((request, response) => {
    const isQuestion = request.method === 'POST' && request.url === '/-/npm/v1/security/advisories/bulk';
    request.resume().on('end', () => {
      response.writeHead(isQuestion ? status : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isQuestion ? advisories : {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}

async function audit(url: string) {
  const env = { npm_config_registry: url, npm_config_cache: cache, npm_config_fetch_retries: '0' };
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** npm remembers advisories by their id. */
const ids = { low: 1, high: 2, critical: 3 };

const advisory = (severity: keyof typeof ids) => ({
  lodash: [
    {
      id: ids[severity],
      url: 'https://example.org/1',
      title: 'Invented',
      severity,
      vulnerable_versions: '<99',
      cwe: [],
    },
  ],
});

test.each([
  {
    which: 'no known weakness',
    status: 200,
    advisories: {},
    code: 0,
    says: /^Audit of the packages: 0 high or critical, 0 /,
  },
  { which: 'a low one', status: 200, advisories: advisory('low'), code: 0, says: /: 0 high or critical, 1 less/ },
  {
    which: 'a high one',
    status: 200,
    advisories: advisory('high'),
    code: 1,
    says: /^high: lodash <99: Invented \(https:\/\/example\.org\/1\)\n.* 1 high or critical/,
  },
  { which: 'a critical one', status: 200, advisories: advisory('critical'), code: 1, says: /^critical: lodash/ },
  {
    which: 'a registry without such a question',
    status: 405,
    advisories: {},
    code: 0,
    says: /^NOT RUN: .* registry .* 405/,
  },
  { which: 'an answer that is none', status: 200, advisories: 'hello', code: 0, says: /^NOT RUN: / },
])('$which ends the audit with $code', async ({ status, advisories, code, says }) => {
  const { url, stop } = await registry(status, advisories);
  const answer = await audit(url);
  await stop();
  expect(answer).toEqual({ code, output: expect.stringMatching(says) });
});

test('a registry that is away: it says that nothing was asked, and ends with 0', async () => {
  const { url, stop } = await registry(200, {});
  await stop();
  expect(await audit(url)).toEqual({ code: 0, output: expect.stringMatching(/^NOT RUN: .*ECONNREFUSED/) });
});
