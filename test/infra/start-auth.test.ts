import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../infra/local/azurite';
import { processesOf, stackFile, start, until } from './start-stack';

/* npm start -- --auth: the running stack asks who calls, and gives tokens itself. */

jest.setTimeout(400_000);

let base: string;
let data: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'start-auth-'));
  data = join(base, 'data');
});

afterAll(async () => {
  for (const line of processesOf(base)) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  await rm(base, { recursive: true, force: true });
});

test('with --auth the stack gives tokens for roles, and takes nothing else but its key', async () => {
  const running = start('--port', String(await freePort()), '--data', data, '--fleet', '0', '--auth');
  await running.line(/^Ready /, 90);
  const { functionsUrl, functionKey, tokenUrl, masterKey } = stackFile(data) as unknown as Record<string, string>;
  const ask = async (secret: string, ...roles: string[]) =>
    fetch(tokenUrl!, {
      method: 'POST',
      body: new URLSearchParams([
        ['client_id', 'ada'],
        ['client_secret', secret],
        ...roles.map((role): [string, string] => ['role', role]),
      ]),
    });
  const call = async (headers: Record<string, string>, method = 'GET') =>
    (
      await fetch(`${functionsUrl}/api/data/v9.2/accounts`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(method === 'POST' && { body: '{"name":"Contoso"}' }),
      })
    ).status;
  const given = (await (await ask(functionKey!, 'IoT.Reader')).json()) as { access_token: string };
  const bearer = { authorization: `Bearer ${given.access_token}` };

  expect((await ask('guessed', 'IoT.Administrator')).status).toBe(401);
  expect(await call({})).toBe(401);
  expect(await call({ 'x-functions-key': masterKey! })).toBe(401);
  expect(await call(bearer)).toBe(200);
  expect(await call(bearer, 'POST')).toBe(403);
  expect(await call({ 'x-functions-key': functionKey! }, 'POST')).toBe(204);

  process.kill(running.pid, 'SIGTERM');
  await until(() => processesOf(base).length === 0, 60);
});
