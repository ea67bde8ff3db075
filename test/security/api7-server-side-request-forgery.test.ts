import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encoded } from '../../infra/local/issuer/signing-key';
import { ada, batchOf, startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { connectDevice, eventually } from '../kit/stack';
import { nobodys } from '../kit/doors';

/* OWASP API7:2023, server side request forgery. No address that somebody sends is ever asked for anything. */

jest.setTimeout(120_000);

let stack: AttackedStack;
let elsewhere: Server;
let url: string;
const asked: string[] = [];

beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('{"keys":[]}');
  });
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  stack = await startAttackedStack();
});
afterAll(async () => {
  elsewhere.close();
  elsewhere.closeAllConnections();
  await stack?.stop();
});
afterEach(() => expect(asked).toEqual([]));

const admin = () => stack.as('IoT.Administrator');
const foreign = () => `${url}/api/data/v9.2/accounts(${nobodys})`;

test.each<{ which: string; method: string; path: string; body: () => object; status: number }>([
  {
    which: 'a link in a new record',
    method: 'POST',
    path: 'msdyn_iotdevices',
    body: () => ({ msdyn_name: 'x', 'msdyn_Account@odata.bind': foreign() }),
    status: 404,
  },
  {
    which: 'a link that is set',
    method: 'PUT',
    path: `msdyn_iotdevices(${nobodys})/msdyn_Account/$ref`,
    body: () => ({ '@odata.id': foreign() }),
    status: 404,
  },
  {
    which: 'a member that is added',
    method: 'POST',
    path: `accounts(${nobodys})/msdyn_account_msdyn_iotdevice_Account/$ref`,
    body: () => ({ '@odata.id': `${url}/api/data/v9.2/msdyn_iotdevices(${nobodys})` }),
    status: 404,
  },
  {
    which: 'the context of a body',
    method: 'POST',
    path: 'accounts',
    body: () => ({ '@odata.context': `${url}/$metadata#accounts`, '@odata.id': foreign(), name: 'x' }),
    status: 204,
  },
])('$which names a record here, wherever it seems to lead', async ({ method, path, body, status }) => {
  expect((await stack.send(method, path, admin(), body())).status).toBe(status);
});

test('a part of a batch is for this service, whatever host it names', async () => {
  const { body, headers } = batchOf(`${url}/api/data/v9.2/`, [
    { method: 'GET', path: 'accounts' },
    { method: 'POST', path: 'msdyn_RegisterIoTDevice', body: { IoTDeviceIds: nobodys } },
  ]);
  const { status } = await stack.send('POST', '$batch', { ...admin(), ...headers }, body);
  expect(status).toBe(200);
});

test('a token that says where its keys are is not believed', async () => {
  for (const named of [{ jku: `${url}/keys` }, { x5u: `${url}/certificate` }, { kid: `${url}/keys` }]) {
    const head = encoded({ typ: 'JWT', alg: 'RS256', ...named });
    const claims = encoded({ iss: url, aud: stack.issuer.audience, oid: ada, roles: ['IoT.Administrator'] });
    const { status } = await stack.send('GET', 'accounts', { authorization: `Bearer ${head}.${claims}.c2lnbg` });
    expect(status).toBe(401);
  }
});

test('an issuer that a token names is not asked', async () => {
  const token = stack.issuer.token({ iss: url, oid: ada, roles: ['IoT.Administrator'] });
  expect((await stack.send('GET', 'accounts', { authorization: `Bearer ${token}` })).status).toBe(401);
});

test('addresses in what a device sends, in its tags and in commands are texts', async () => {
  const device = await connectDevice(stack.hub, 'caller');
  const time = new Date().toISOString();
  await device.send({ ruleoutput: url, readingtype: url, reading: 1, callback: url, $ref: url, time });
  const created = await stack.send('POST', 'msdyn_iotdevices', admin(), {
    msdyn_name: url,
    msdyn_deviceid: 'caller',
    msdyn_tags: JSON.stringify({ ref: url }),
    msdyn_devicesettings: JSON.stringify({ firmware: `${url}/image` }),
  });
  expect(created.status).toBe(204);
  const alerts = await eventually(
    async () => (await stack.send('GET', 'msdyn_iotalerts', admin())).json.value!,
    (rows) => rows.length > 0,
  );
  expect(String(alerts[0]!['msdyn_alertdata'])).toContain(url);
});

test('headers that name other places lead nowhere', async () => {
  const headers = { referer: url, 'x-forwarded-host': new URL(url).host, 'x-original-url': url, 'x-rewrite-url': url };
  const { status, headers: sent } = await stack.send('POST', 'accounts', { ...admin(), ...headers }, { name: 'y' });
  expect(status).toBe(204);
  expect(sent.get('odata-entityid')).toContain(stack.api());
});
