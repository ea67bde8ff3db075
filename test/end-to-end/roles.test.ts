import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startIssuer } from '../../infra/local/issuer/issuer';
import type { Issuer } from '../../infra/local/issuer/issuer';
import { action, actions } from '../../shared/model/actions';
import type { ActionName } from '../../shared/model/actions';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { actionRights, operations, roles, tableRights } from '../../shared/model/rights';
import type { Role } from '../../shared/model/rights';
import { connectDevice, eventually, startTestStack } from '../kit/stack';
import type { TestStack } from '../kit/stack';

/* Every role at every door of the running app: what the table of rights says is what happens, alone and in a batch. */

const nobodys = '99999999-0000-4000-8000-000000000009';
const ada = '11111111-0000-4000-8000-00000000000a';
const keyFor = (role: Role) => `key of ${role}`;
const keys = roles.map((role) => `of-${role}:${role}:${createHash('sha256').update(keyFor(role)).digest('hex')}`);

let issuer: Issuer;
let stack: TestStack;

beforeAll(async () => {
  issuer = await startIssuer('unused');
  stack = await startTestStack({
    AUTHENTICATION: 'always',
    TOKEN_ISSUERS: issuer.url,
    TOKEN_AUDIENCES: issuer.audience,
    TOKEN_KEYS_URL: issuer.keysUrl,
    ACCESS_KEYS: keys.join(','),
  });
});
afterAll(async () => Promise.all([stack?.stop(), issuer?.stop()]));

interface Knock {
  which: string;
  method: string;
  path: string;
  body?: string;
  allowed: readonly Role[];
}

const methods = { read: 'GET', create: 'POST', update: 'PATCH', delete: 'DELETE' } as const;

/** One request for each cell of the table. Nothing of it exists, so whoever is let in gets 400 or 404. */
const knocks: Knock[] = [
  ...(Object.keys(entities) as EntityName[]).flatMap((name) =>
    operations.map((operation): Knock => {
      const { set } = entity(name);
      const writes = operation === 'create' || operation === 'update';
      return {
        which: `${operation} ${set}`,
        method: methods[operation],
        path: operation === 'create' ? set : `${set}(${nobodys})`,
        ...(writes && { body: '{"nothing":1}' }),
        // An update that finds nothing creates.
        allowed: tableRights[name][operation].filter(
          (role) => operation !== 'update' || tableRights[name].create.includes(role),
        ),
      };
    }),
  ),
  ...(Object.keys(entities) as EntityName[]).flatMap((name) =>
    Object.entries({
      CreateMultiple: ['create'],
      UpdateMultiple: ['update'],
      UpsertMultiple: ['create', 'update'],
    }).map(([operation, needed]): Knock => ({
      which: `${operation} ${entity(name).set}`,
      method: 'POST',
      path: `${entity(name).set}/Microsoft.Dynamics.CRM.${operation}`,
      body: '{"nothing":1}',
      allowed: roles.filter((role) =>
        needed.every((each) => tableRights[name][each as 'create' | 'update'].includes(role)),
      ),
    })),
  ),
  ...(Object.keys(actions) as ActionName[]).map((name): Knock => {
    const { boundTo } = action(name);
    const path = boundTo === null ? name : `${entity(boundTo).set}(${nobodys})/Microsoft.Dynamics.CRM.${name}`;
    return { which: name, method: 'POST', path, body: '{"nothing":1}', allowed: actionRights[name] };
  }),
];

/** What an answer says of rights; every other refusal comes later. */
const isRefused = (status: number, text: string) =>
  status === 403 && /you need the role|written by the service only/.test(text);

async function send({ method, path, body }: Pick<Knock, 'method' | 'path' | 'body'>, headers: Record<string, string>) {
  const answer = await fetch(stack.api() + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const bearer = (...held: string[]) => ({
  authorization: `Bearer ${issuer.token({ oid: ada, name: 'Ada', roles: held })}`,
});

describe.each(roles)('%s', (role) => {
  test.each(knocks)('$which', async (knock) => {
    for (const proof of [{ 'x-functions-key': keyFor(role) }, bearer(role)]) {
      const { status, text } = await send(knock, proof);
      const refused = isRefused(status, text);
      expect({ refused, unknown: status === 401 }).toEqual({ refused: !knock.allowed.includes(role), unknown: false });
    }
  });

  it('gets in a batch what it gets alone', async () => {
    const parts = knocks.map(({ method, path, body = '' }) =>
      [
        '--all',
        'Content-Type: application/http',
        '',
        `${method} ${stack.api()}${path} HTTP/1.1`,
        'Content-Type: application/json',
        '',
        body,
      ].join('\r\n'),
    );
    const headers = {
      ...bearer(role),
      'content-type': 'multipart/mixed; boundary=all',
      prefer: 'odata.continue-on-error',
    };
    const { status, text } = await send(
      { method: 'POST', path: '$batch', body: `${parts.join('\r\n')}\r\n--all--` },
      headers,
    );
    expect(status).toBe(200);
    const answers = text.split(/^--batchresponse\S*\r?\n/m).slice(1, -1);
    const refused = answers.map((answer) => isRefused(Number(/HTTP\/1.1 (\d+)/.exec(answer)?.[1]), answer));
    expect(refused).toEqual(knocks.map(({ allowed }) => !allowed.includes(role)));
  });
});

describe('nobody', () => {
  it('gets in anywhere but to the health of the app and the files of the console', async () => {
    const { origin } = new URL(stack.api());
    const headers = { 'x-functions-key': stack.masterKey() };
    const listed = (await (await fetch(`${origin}/admin/functions`, { headers })).json()) as { name: string }[];
    const called = listed.map(({ name }) => name).filter((name) => !name.startsWith('on'));
    expect(called.toSorted()).toEqual(['console', 'health', 'webApi', ...Object.keys(actions)].toSorted());
    expect((await fetch(`${origin}/api/health`)).status).toBe(200);
    for (const knock of [...knocks, { method: 'GET', path: '' }, { method: 'GET', path: '$metadata' }]) {
      const { status, headers: sent, text } = await send(knock, {});
      expect(status).toBe(401);
      expect(sent.get('www-authenticate')).toMatch(/^Bearer realm=.*authorization_uri=/);
      expect(JSON.parse(text)).toMatchObject({ error: { code: '0x80040220' } });
    }
  });

  it("gets in with the host's own keys, which open other doors", async () => {
    const { status } = await send({ method: 'GET', path: 'accounts' }, { 'x-functions-key': stack.masterKey() });
    expect(status).toBe(401);
  });
});

describe('a change set', () => {
  it('that holds one change too many changes nothing', async () => {
    const change = (id: number, path: string, body: object) =>
      [
        '--inner',
        'Content-Type: application/http',
        `Content-ID: ${id}`,
        '',
        `POST ${stack.api()}${path} HTTP/1.1`,
        'Content-Type: application/json',
        '',
        JSON.stringify(body),
      ].join('\r\n');
    const set = [
      change(1, 'msdyn_iotdevices', { msdyn_name: 'Not to be', msdyn_deviceid: 'not-to-be' }),
      change(2, 'accounts', { name: 'Not to be' }),
      '--inner--',
    ].join('\r\n');
    const body = `--outer\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n${set}\r\n--outer--`;
    const proof = bearer('IoT.EndpointUser');
    const headers = { ...proof, 'content-type': 'multipart/mixed; boundary=outer' };
    const { text } = await send({ method: 'POST', path: '$batch', body }, headers);
    expect(text).toMatch(/HTTP\/1.1 403.*create records of accounts, you need the role IoT.Administrator/s);
    const path = "msdyn_iotdevices(msdyn_deviceid='not-to-be')";
    expect((await send({ method: 'GET', path }, proof)).status).toBe(404);
  });
});

describe('links', () => {
  it('are changed by whoever may change the record that holds them', async () => {
    const knock = { method: 'DELETE', path: `msdyn_iotdevices(${nobodys})/msdyn_Account/$ref` };
    expect((await send(knock, bearer('IoT.Reader'))).status).toBe(403);
    expect((await send(knock, bearer('IoT.EndpointUser'))).status).toBe(404);
    const members = {
      method: 'DELETE',
      path: `accounts(${nobodys})/msdyn_account_msdyn_iotdevice_Account(${nobodys})/$ref`,
    };
    expect((await send(members, bearer('IoT.Reader'))).status).toBe(403);
    expect((await send(members, bearer('IoT.EndpointUser'))).status).toBe(404);
  });
});

describe('what is expanded', () => {
  it('must be allowed as well', async () => {
    const path = 'systemusers?$expand=lk_ccs_parkedmessage_createdby';
    const reader = await send({ method: 'GET', path }, bearer('IoT.Reader'));
    expect(reader).toMatchObject({ status: 403, text: expect.stringContaining('ccs_parkedmessages') as string });
    expect((await send({ method: 'GET', path }, bearer('IoT.EndpointUser'))).status).toBe(200);
    const members = `systemusers(${nobodys})/lk_ccs_parkedmessage_createdby`;
    for (const end of ['', '/$count', '/$ref']) {
      expect((await send({ method: 'GET', path: members + end }, bearer('IoT.Reader'))).status).toBe(403);
    }
  });
});

describe('an address in a body', () => {
  it('names a record here, and is not fetched', async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked += 1;
      response.end('{}');
    });
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    const bind = `http://127.0.0.1:${port}/api/data/v9.2/accounts(${nobodys})`;
    const body = JSON.stringify({ msdyn_name: 'x', 'msdyn_Account@odata.bind': bind });
    const { status } = await send({ method: 'POST', path: 'msdyn_iotdevices', body }, bearer('IoT.Administrator'));
    elsewhere.close();
    expect({ status, asked }).toEqual({ status: 404, asked: 0 });
  });
});

describe('who did it', () => {
  const create = async (set: string, body: object, proof: Record<string, string>) => {
    const headers = { ...proof, prefer: 'return=representation' };
    const answer = await send({ method: 'POST', path: set, body: JSON.stringify(body) }, headers);
    expect(answer).toMatchObject({ status: 201 });
    return JSON.parse(answer.text) as Record<string, string>;
  };

  it('is written down: who made a record and who changed it last, by name', async () => {
    const made = await create('accounts', { name: 'Contoso' }, bearer('IoT.Administrator'));
    expect(made).toMatchObject({ _createdby_value: ada, _modifiedby_value: ada });
    const path = `accounts(${made['accountid']})`;
    const key = { 'x-functions-key': keyFor('IoT.Administrator') };
    expect((await send({ method: 'PATCH', path, body: '{"name":"Contoso Ltd"}' }, key)).status).toBe(204);
    const read = await send({ method: 'GET', path: `${path}?$expand=createdby,modifiedby` }, key);
    const { UserId: program } = JSON.parse((await send({ method: 'GET', path: 'WhoAmI' }, key)).text) as {
      UserId: string;
    };
    expect(JSON.parse(read.text)).toMatchObject({
      createdby: { systemuserid: ada, fullname: 'Ada', azureactivedirectoryobjectid: ada },
      modifiedby: { systemuserid: program, fullname: 'of-IoT.Administrator' },
    });
  });

  it('is the service where nobody asked', async () => {
    const device = await connectDevice(stack.hub, 'nobody-asked');
    await device.send({
      ruleoutput: 'AlarmTemp',
      readingtype: 'Temperature',
      reading: 90,
      time: new Date().toISOString(),
    });
    const alerts = await eventually(
      async () =>
        (
          JSON.parse(
            (await send({ method: 'GET', path: 'msdyn_iotalerts?$expand=createdby' }, bearer('IoT.Reader'))).text,
          ) as {
            value: { createdby: object }[];
          }
        ).value,
      (found) => found.length > 0,
    );
    expect(alerts[0]).toMatchObject({ createdby: { fullname: 'SYSTEM' } });
  });

  it('cannot be claimed by a body', async () => {
    const body = JSON.stringify({ name: 'x', 'createdby@odata.bind': `/systemusers(${nobodys})` });
    const { status } = await send({ method: 'POST', path: 'accounts', body }, bearer('IoT.Administrator'));
    expect(status).toBe(400);
  });
});
