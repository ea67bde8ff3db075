import { hushed } from '../kit/quiet-functions-library';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { HttpResponseInit } from '@azure/functions';
import { makeSigningKey } from '../../infra/local/issuer/signing-key';
import { entraTokens } from '../../shared/adapters/entra/tokens';
import { localCaller } from '../../shared/domain/caller';
import type { Caller } from '../../shared/domain/caller';
import { roles } from '../../shared/model/rights';
import { guarded } from '../../shared/odata/guarded';
import type { AccessDeps } from '../../shared/workflows/identify-caller';
import { ada, askForLogin, requestTo } from '../kit/access';
import type { TestAccess } from '../kit/access';
import { badTokens } from '../kit/bad-tokens';

void hushed;

let access: TestAccess;
beforeAll(async () => (access = await askForLogin()));
afterAll(async () => access.stop());

const service = 'https://service.example/api/data/v9.2/accounts';

/** Who a request is taken for, and how it is answered. */
async function knock(headers: Record<string, string>, more: Partial<AccessDeps> = {}, url = service, method = 'GET') {
  let caller: Caller | undefined;
  const faults: unknown[] = [];
  const inside = async (...[, , who]: [unknown, unknown, Caller?]): Promise<HttpResponseInit> => {
    caller = who;
    return { status: 204 };
  };
  const door = guarded(() => ({ ...access.deps, ...more }), inside);
  const answer = await door(requestTo(method, url, headers), { error: (...words) => void faults.push(...words) });
  const sent = new Headers(answer.headers);
  const { error } = answer.body
    ? (JSON.parse(answer.body as string) as { error: { code: string; message: string } })
    : {};
  return { status: answer.status, caller, faults, challenge: sent.get('www-authenticate'), error };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const seconds = () => Math.floor(Date.now() / 1000);
const good = () => ({ oid: ada, name: 'Ada', roles: ['IoT.Reader'] });
const principal = Buffer.from(
  JSON.stringify({
    auth_typ: 'aad',
    claims: [
      { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: ada },
      { typ: 'name', val: 'Ada' },
      { typ: 'roles', val: 'IoT.EndpointUser' },
    ],
  }),
).toString('base64');

describe('a token', () => {
  it('of the issuer lets in, as who it says and with the roles it says', async () => {
    const { status, caller } = await knock(bearer(access.tokenFor('IoT.Reader', 'IoT.EndpointUser')));
    expect(status).toBe(204);
    expect(caller).toMatchObject({ id: ada, name: 'Ada', objectId: ada, roles: ['IoT.EndpointUser', 'IoT.Reader'] });
  });

  test.each(badTokens)('$which is refused', async ({ token, message }) => {
    const { status, caller, challenge, error, faults } = await knock(bearer(await token(access.issuer, good())));
    expect({ status, caller, challenge, faults }).toEqual({
      status: 401,
      caller: undefined,
      challenge: 'Bearer realm="test"',
      faults: [],
    });
    expect(error).toMatchObject({ code: '0x80040220', message: expect.stringMatching(message) as string });
  });

  it('that is bad is not saved by a good key beside it', async () => {
    const headers = { ...bearer('letmein'), 'x-functions-key': access.keyFor('IoT.Administrator') };
    expect((await knock(headers)).status).toBe(401);
  });

  it('without a role of ours is known, and may nothing', async () => {
    const { status, caller, error } = await knock(bearer(access.issuer.token({ oid: ada, roles: ['Global.Admin'] })));
    expect({ status, caller }).toEqual({ status: 403, caller: undefined });
    expect(error!.message).toContain(roles.join(' or '));
  });

  test.each(['Basic YTpi', 'Bearer', 'bearer  ', 'token x'])(
    "'%s' is no token, and the answer says what is one",
    async (authorization) => {
      const { status, error } = await knock({ authorization });
      expect(status).toBe(401);
      expect(error!.message).toMatch(/"Bearer" and a token/);
    },
  );

  it('is not taken where no issuer is set', async () => {
    const { status, error } = await knock(bearer(access.tokenFor('IoT.Reader')), { tokens: undefined });
    expect(status).toBe(401);
    expect(error!.message).toContain('TOKEN_ISSUERS');
  });
});

describe('the keys of the issuer', () => {
  it('may change: tokens of the old one and of the new one are good', async () => {
    const now = { keys: [] as object[] };
    const [before, after] = [makeSigningKey(), makeSigningKey()];
    const server = createServer((_, response) => response.end(JSON.stringify(now)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const claims = () => ({ ...good(), iss: url, aud: 'a', azp: 'p', iat: seconds(), exp: seconds() + 60 });
    now.keys = [before.jwk];
    const tokens = await entraTokens({ issuers: [url], audiences: ['a'], keysUrl: url, askAgainAfter: 0 });
    await expect(tokens.verify(before.sign(claims()))).resolves.toMatchObject({ oid: ada });
    await expect(tokens.verify(after.sign(claims()))).rejects.toMatchObject({ code: 'unauthenticated' });
    now.keys = [after.jwk, before.jwk];
    await expect(tokens.verify(after.sign(claims()))).resolves.toMatchObject({ oid: ada });
    await expect(tokens.verify(before.sign(claims()))).resolves.toMatchObject({ oid: ada });
    now.keys = [after.jwk];
    server.close();
    server.closeAllConnections();
  });

  it('are asked for once, however many tokens name keys that are not there', async () => {
    let asked = 0;
    const key = makeSigningKey();
    const server = createServer((_, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys: [key.jwk] }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tokens = await entraTokens({ issuers: [url], audiences: ['a'], keysUrl: url });
    for (let i = 0; i < 5; i += 1) {
      const token = makeSigningKey().sign({ ...good(), iss: url, aud: 'a' });
      await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    expect(asked).toBe(1);
    server.close();
    server.closeAllConnections();
  });

  test.each([
    { which: 'that cannot be had', answer: undefined },
    { which: 'that are no JSON', answer: '<html>' },
    { which: 'that are no keys', answer: '{"keys":"none"}' },
  ])('$which are not the fault of a caller: 503, and somebody is told', async ({ answer }) => {
    const server = createServer((request, response) =>
      answer === undefined ? request.destroy() : response.end(answer),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const keysUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tokens = await entraTokens({ issuers: ['x'], audiences: ['a'], keysUrl });
    const { status, faults } = await knock(bearer(access.tokenFor('IoT.Reader')), { tokens });
    server.close();
    server.closeAllConnections();
    expect(status).toBe(503);
    expect(faults).toHaveLength(1);
  });
});

describe('an access key', () => {
  it('lets in with its roles; one name is one user, whatever the key', async () => {
    const { caller } = await knock({ 'x-functions-key': access.keyFor('IoT.EndpointUser') });
    expect(caller).toMatchObject({ name: 'program-IoT.EndpointUser', roles: ['IoT.EndpointUser'] });
    const hash = createHash('sha256').update('another key').digest('hex');
    const keys = [...access.deps.keys, { ...access.deps.keys[1]!, hash }];
    const again = await knock({ 'x-functions-key': 'another key' }, { keys });
    expect(again.caller!.id).toBe(caller!.id);
  });

  test.each([
    { which: 'that is not known', key: 'x' },
    { which: 'that is empty', key: '' },
    { which: 'that is the hash of one', key: '0'.repeat(64) },
  ])('$which lets nobody in', async ({ key }) => {
    const { status, caller } = await knock({ 'x-functions-key': key || ' ' });
    expect({ status, caller }).toEqual({ status: 401, caller: undefined });
    const hash = await knock({ 'x-functions-key': access.deps.keys[0]!.hash });
    expect(hash.status).toBe(401);
  });

  it('in the address is not looked at, because addresses are logged', async () => {
    const url = `${service}?code=${encodeURIComponent(access.keyFor('IoT.Administrator'))}`;
    expect((await knock({}, {}, url)).status).toBe(401);
  });
});

describe('headers that anybody can send', () => {
  test.each<{ which: string; headers: Record<string, string> }>([
    { which: 'a principal of the platform', headers: { 'x-ms-client-principal': principal } },
    {
      which: 'its name and id',
      headers: {
        'x-ms-client-principal-name': 'Ada',
        'x-ms-client-principal-id': ada,
        'x-ms-client-principal-idp': 'aad',
      },
    },
    { which: 'a token of the platform', headers: { 'x-ms-token-aad-access-token': 'x', 'x-zumo-auth': 'x' } },
    { which: 'somebody to act for', headers: { mscrmcallerid: ada, callerobjectid: ada } },
    { which: 'another host', headers: { 'x-forwarded-host': 'localhost', 'x-original-host': 'localhost' } },
    { which: 'another sender', headers: { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1;host=localhost' } },
  ])('$which let nobody in', async ({ headers }) => {
    expect((await knock(headers)).status).toBe(401);
    expect((await knock(headers, { openOnLoopback: true })).status).toBe(401);
  });

  it('do not add to a token', async () => {
    const headers = { ...bearer(access.tokenFor('IoT.Reader')), 'x-ms-client-principal': principal };
    expect((await knock(headers)).caller!.roles).toEqual(['IoT.Reader']);
  });

  it('count where the platform stands before the app and sets them', async () => {
    const { caller } = await knock({ 'x-ms-client-principal': principal }, { behindPlatform: true });
    expect(caller).toMatchObject({ id: ada, name: 'Ada', objectId: ada, roles: ['IoT.EndpointUser'] });
    const nonsense = await knock({ 'x-ms-client-principal': '%' }, { behindPlatform: true });
    expect(nonsense.status).toBe(401);
  });
});

describe('a machine that is open to itself', () => {
  const local = 'http://localhost:7071/api/data/v9.2/accounts';
  const open = { openOnLoopback: true };

  test.each(['localhost:7071', '127.0.0.1:7071', '[::1]:7071', 'LOCALHOST:7071'])(
    'lets in what is sent to %s',
    async (host) => {
      const { caller } = await knock({ host }, open, `http://${host}/api/data/v9.2/accounts`);
      expect(caller).toEqual(localCaller);
    },
  );

  it('lets its own pages in, from any port', async () => {
    expect((await knock({ origin: 'http://localhost:5173' }, open, local, 'POST')).caller).toEqual(localCaller);
  });

  test.each<{ which: string; headers: Record<string, string> }>([
    { which: 'a name that was made to lead here', headers: { host: 'rebound.example:7071' } },
    { which: 'a name that begins like ours', headers: { host: 'localhost.example:7071' } },
    { which: 'a name with ours before an at sign', headers: { host: 'localhost@rebound.example' } },
    { which: 'an address of the network', headers: { host: '192.168.0.7:7071' } },
    { which: 'a host that is none', headers: { host: ':::' } },
    { which: 'a page of elsewhere', headers: { origin: 'https://evil.example' } },
    { which: 'a page without an origin of its own', headers: { origin: 'null' } },
    { which: 'a page whose name begins like ours', headers: { origin: 'http://localhost.evil.example' } },
  ])('does not let in $which', async ({ headers }) => {
    expect((await knock(headers, open, local, 'POST')).status).toBe(401);
  });

  it('asks like any other when it is told to', async () => {
    expect((await knock({}, {}, local)).status).toBe(401);
  });
});

it('says how to come in when nothing was sent', async () => {
  const { status, challenge, error } = await knock({});
  expect({ status, challenge }).toEqual({ status: 401, challenge: 'Bearer realm="test"' });
  expect(error!.message).toMatch(/Authorization: Bearer.*x-functions-key/);
});
