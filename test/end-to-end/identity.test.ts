import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { makeAuthority, makeServerCertificate } from '../../infra/local/iot-hub/certificates';
import { testedApp } from '../kit/stack';
import { endAll, startHost } from '../infra/functions-host/running-host';
import { token } from '../infra/preflight/tenants';

/*
 * How the app speaks to storage in Azure: no key anywhere; the platform's identity endpoint gives tokens to the one identity
 * that AZURE_CLIENT_ID names, and storage, over HTTPS, looks at them. @azure/identity and the storage are the real ones.
 */

const root = resolve(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ccs-identity-'));
const clientId = 'dddddddd-0000-4000-8000-000000000004';
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

let storage: Azurite;
let caFile: string;
/** What the identity endpoint was asked, and for whom the tokens are that it gives. */
const asked: { resource: string | null; clientId: string | null; secret: string | undefined }[] = [];
let audience = 'https://storage.azure.com';

const identityEndpoint = createServer((request, response) => {
  const { searchParams } = new URL(request.url!, 'http://localhost');
  const secret = request.headers['x-identity-header'] as string | undefined;
  asked.push({ resource: searchParams.get('resource'), clientId: searchParams.get('client_id'), secret });
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, iss: 'https://sts.windows.net/x/', iat: now - 60, nbf: now - 60, exp: now + 3600 };
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      access_token: token(claims),
      expires_on: String(now + 3600),
      token_type: 'Bearer',
      resource: audience,
    }),
  );
});

beforeAll(async () => {
  const authority = makeAuthority(new Date());
  const server = makeServerCertificate('storage.test', authority, new Date());
  caFile = file('ca.pem', authority.certificate);
  const https = { certificate: file('server.pem', server.certificate), key: file('server.key', server.key) };
  [storage] = await Promise.all([startAzurite({ https }), once(identityEndpoint.listen(0, '127.0.0.1'), 'listening')]);
});
afterAll(async () => {
  await endAll();
  await storage.stop();
  identityEndpoint.close();
  identityEndpoint.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

async function startApp() {
  const triggered = readdirSync(join(root, 'functions')).filter((name) => name.startsWith('on'));
  return startHost(testedApp(), {
    ...Object.fromEntries(triggered.map((name) => [`AzureWebJobs.${name.replace('.ts', '')}.Disabled`, 'true'])),
    TABLES_ENDPOINT: `https://localhost:${storage.ports.table}/devstoreaccount1`,
    AZURE_CLIENT_ID: clientId,
    IDENTITY_ENDPOINT: `http://127.0.0.1:${(identityEndpoint.address() as AddressInfo).port}/token`,
    IDENTITY_HEADER: 'given by the platform',
    NODE_EXTRA_CA_CERTS: caFile,
    IOT_HUB_EVENT_HUB_NAME: 'unused',
    IOT_HUB_CONSUMER_GROUP: 'unused',
  });
}

test('records are written and read with the identity that the platform gives', async () => {
  const { url } = await startApp();
  const headers = { 'content-type': 'application/json', prefer: 'return=representation' };
  const written = await fetch(`${url}/api/data/v9.2/accounts`, { method: 'POST', headers, body: '{"name":"Contoso"}' });
  expect(written.status).toBe(201);
  const { accountid } = (await written.json()) as { accountid: string };
  const read = await fetch(`${url}/api/data/v9.2/accounts(${accountid})`);
  expect(await read.json()).toMatchObject({ name: 'Contoso' });
  expect(asked.length).toBeGreaterThan(0);
  for (const question of asked) {
    expect(question).toMatchObject({ clientId, secret: 'given by the platform' });
    expect(question.resource).toMatch(/^https:\/\/storage\.azure\.com\/?$/);
  }
});

test('a token for somebody else opens nothing, and that is an answer', async () => {
  audience = 'https://management.azure.com';
  const { url } = await startApp();
  const answer = await fetch(`${url}/api/data/v9.2/accounts`);
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('log') } });
});
