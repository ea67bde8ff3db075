import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standIn } from './azure-stand-in';
import { accounts, assignments, goodTenant, home, paths, subscription, token } from './tenants';

const program = join(__dirname, '..', '..', '..', 'dist', 'infra', 'preflight', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'ccs-preflight-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Azure CLI as far as a login goes: the real @azure/identity calls it and reads what it prints. */
function azureCli(script: string): void {
  writeFileSync(join(folder, 'az'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'az'), 0o755);
}

const loggedIn = () => {
  const answer = JSON.stringify({
    accessToken: token(accounts.member),
    expiresOn: '2099-01-01 00:00:00.000000',
    expires_on: 4_070_908_800,
    tenant: home,
  });
  writeFileSync(join(folder, 'token.json'), answer);
  azureCli(`cat "${join(folder, 'token.json')}"`);
};

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: `${folder}:/bin:/usr/bin`, AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const whoAmI = { 'GET /api/data/v9.2/WhoAmI': { body: { UserId: 'u' } } };

test('a good tenant is one line for each check, and 0', async () => {
  loggedIn();
  const azure = await standIn({ ...goodTenant, ...whoAmI });
  const asking = ['--subscription', subscription, '--management-url', azure.url, '--dataverse-url', azure.url];
  const { code, stdout } = await run(...asking);
  await azure.stop();
  const lines = stdout.trim().split('\n');
  expect(lines.slice(0, -1).map((line) => line.split(/\s+/)[0])).toEqual(Array.from({ length: 12 }, () => 'passed'));
  expect(lines.at(-1)).toBe('12 passed, 0 failed, 0 unknown.');
  expect(code).toBe(0);
  expect(stdout).not.toContain(azure.asked[0]!.token);
});

test('what could not be told is 3', async () => {
  loggedIn();
  const azure = await standIn(goodTenant);
  const { code, stdout } = await run('--subscription', subscription, '--management-url', azure.url);
  await azure.stop();
  expect({ code, stdout }).toMatchObject({ code: 3, stdout: expect.stringMatching(/^unknown +dynamics-api/m) });
});

test('what failed is 1, and JSON for programs', async () => {
  loggedIn();
  const azure = await standIn({ ...goodTenant, [paths.roles]: assignments() });
  const { code, stdout } = await run('--subscription', subscription, '--management-url', azure.url, '--json');
  await azure.stop();
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'failed',
    checks: expect.arrayContaining([expect.objectContaining({ check: 'role', verdict: 'failed' })]),
  });
});

test('nobody is logged in', async () => {
  azureCli(`echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`);
  const { code, stdout } = await run('--subscription', subscription, '--management-url', 'http://127.0.0.1:9');
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^failed +login +Nobody is logged in/),
  });
});

test('the login is too old', async () => {
  azureCli(`echo "ERROR: AADSTS700082: The refresh token has expired due to inactivity." >&2; exit 1`);
  const { code, stdout } = await run('--subscription', subscription, '--management-url', 'http://127.0.0.1:9');
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^failed +login +The login has expired/),
  });
});

test.each([
  { which: 'no subscription', args: [], says: '--subscription must be the id' },
  { which: 'a subscription by name', args: ['--subscription', 'Production'], says: 'not "Production"' },
  { which: 'a name that no storage account can have', args: ['--name', 'My-App'], says: '--name must be 3 to 16' },
  { which: 'an unknown tier', args: ['--iot-hub-tier', 'B1'], says: 'F1, S1, S2 or S3' },
  { which: 'a region with a slash', args: ['--location', 'west/europe'], says: '--location must be' },
  { which: 'Dynamics without encryption', args: ['--dataverse-url', 'http://x.crm.dynamics.com'], says: 'https://' },
  { which: 'a management API without encryption', args: ['--management-url', 'http://example.com'], says: 'https://' },
  { which: 'an unknown option', args: ['--colour', 'red'], says: 'Allowed after npm run preflight' },
])('$which is refused with 2 and what is allowed', async ({ args, says }) => {
  const id = says.includes('--subscription') || args[0] === '--subscription' ? [] : ['--subscription', subscription];
  const { code, stderr } = await run(...id, ...args);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
});
