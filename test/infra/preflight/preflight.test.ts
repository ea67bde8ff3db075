import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { providersIn } from '../../../infra/bicep/check';
import { checks } from '../../../infra/preflight/finding';
import type { CheckName, Verdict } from '../../../infra/preflight/finding';
import { worldwideNames } from '../../../infra/preflight/names';
import { preflight } from '../../../infra/preflight/preflight';
import type { Question } from '../../../infra/preflight/preflight';
import { neededProviders } from '../../../infra/preflight/providers';
import { standIn } from './azure-stand-in';
import type { Recording } from './azure-stand-in';
import {
  accounts,
  assignments,
  flexApp,
  foreign,
  goodTenant,
  home,
  paths,
  providers,
  quota,
  subscription,
  token,
} from './tenants';

const infra = join(__dirname, '..', '..', '..', 'infra');

const credentialOf = (claims: object) => ({
  getToken: async () => ({ token: token({ ...claims }), expiresOnTimestamp: Date.now() + 3_600_000 }),
});

interface Tenant {
  which: string;
  account?: object;
  azure?: Recording;
  dynamics?: Recording;
  asking?: Partial<Question>;
  /** What is not passed, and some words of why and what to do. */
  not: Partial<Record<CheckName, [Verdict, RegExp]>>;
}

const whoAmI = 'GET /api/data/v9.2/WhoAmI';
const good: Recording = { [whoAmI]: { body: { UserId: 'u', OrganizationId: 'o', BusinessUnitId: 'b' } } };
const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } });
const ownerOfGroup = assignments({ role: 'owner', scope: `/subscriptions/${subscription}/resourceGroups/one` });
const classic = (role: string, emailAddress = 'Anna@Contoso.com') => ({
  body: { value: [{ properties: { emailAddress, role } }] },
});
const busy = { status: 429, headers: { 'retry-after': '0' }, body: refusal(429, 'TooMany', 'Slow down.').body };

const tenants: Tenant[] = [
  { which: 'everything as it should be', not: {} },
  { which: 'an application in place of a person', account: accounts.application, not: {} },
  {
    which: 'a member who is known in other directories, too',
    azure: { [paths.tenants]: { body: { value: [{ tenantId: home }, { tenantId: foreign }] } } },
    not: {},
  },
  {
    which: 'Owner through a management group',
    azure: {
      [paths.roles]: assignments({ role: 'owner', scope: '/providers/Microsoft.Management/managementGroups/all' }),
    },
    not: {},
  },
  { which: 'Owner of everything', azure: { [paths.roles]: assignments({ role: 'owner', scope: '/' }) }, not: {} },
  {
    which: 'Contributor who may give roles',
    azure: { [paths.roles]: assignments({ role: 'contributor' }, { role: 'accessAdministrator' }) },
    not: {},
  },
  ...['ServiceAdministrator;AccountAdministrator', 'CoAdministrator', 'AccountAdministrator'].map((role) => ({
    which: `no Owner, but the classic ${role}`,
    azure: { [paths.roles]: assignments(), [paths.classic]: classic(role) },
    not: {},
  })),
  {
    which: 'a classic administrator who is somebody else',
    azure: { [paths.roles]: assignments(), [paths.classic]: classic('CoAdministrator', 'ben@contoso.com') },
    not: { role: ['failed', /neither Owner .* az role assignment create --role Owner/s] },
  },
  {
    which: 'a Contributor',
    azure: { [paths.roles]: assignments({ role: 'contributor' }) },
    not: { role: ['failed', /neither Owner/] },
  },
  { which: 'no role at all', azure: { [paths.roles]: assignments() }, not: { role: ['failed', /neither Owner/] } },
  {
    which: 'Owner of one resource group',
    azure: { [paths.roles]: ownerOfGroup },
    not: { role: ['failed', /neither Owner/] },
  },
  {
    which: 'Owner under a condition',
    azure: { [paths.roles]: assignments({ role: 'owner', condition: '@Resource[…]' }) },
    not: { role: ['unknown', /under a condition/] },
  },
  {
    which: 'somebody who may become Owner',
    azure: { [paths.roles]: assignments({ role: 'reader' }), [paths.eligible]: assignments({ role: 'owner' }) },
    not: { role: ['failed', /Activate the role/] },
  },
  {
    which: 'roles that may not be read',
    azure: { [paths.roles]: refusal(403, 'AuthorizationFailed', 'No.') },
    not: { role: ['unknown', /403 AuthorizationFailed.*Reader/s] },
  },
  {
    which: 'a guest',
    account: accounts.guest,
    azure: { [paths.subscription]: { body: { displayName: 'Fabrikam', state: 'Enabled', tenantId: foreign } } },
    not: {
      'home-tenant': ['failed', new RegExp(`guest in ${foreign}; its home directory is ${home}`)],
      subscription: ['failed', /not the primary directory.*Being invited is not enough/s],
    },
  },
  {
    which: 'a guest whose token does not name a home',
    account: accounts.markedGuest,
    azure: { [paths.subscription]: { body: { displayName: 'Fabrikam', state: 'Enabled', tenantId: foreign } } },
    not: { 'home-tenant': ['failed', /another one/], subscription: ['failed', /not the primary directory/] },
  },
  {
    which: 'a personal account',
    account: accounts.personal,
    not: {
      'home-tenant': ['failed', /anna@outlook\.com is a guest/],
      'organisational-account': ['failed', /personal account.*New user/s],
      subscription: ['failed', /not the primary directory/],
    },
  },
  {
    which: 'a subscription of another directory',
    azure: { [paths.subscription]: { body: { displayName: 'Fabrikam', state: 'Enabled', tenantId: foreign } } },
    not: { subscription: ['failed', /belongs to the directory bbbb/] },
  },
  {
    which: 'a subscription that nobody sees',
    azure: { [paths.subscription]: refusal(404, 'SubscriptionNotFound', 'It was not found.') },
    not: { subscription: ['failed', /does not see the subscription.*az login --tenant/s] },
  },
  {
    which: 'a subscription that is switched off',
    azure: { [paths.subscription]: { body: { displayName: 'Old', state: 'Disabled', tenantId: home } } },
    not: { subscription: ['failed', /Old is Disabled/] },
  },
  {
    which: 'providers that are not registered',
    azure: { [paths.providers]: providers({ 'Microsoft.Web': 'NotRegistered', 'Microsoft.Devices': 'Unregistered' }) },
    not: { 'resource-providers': ['failed', /Microsoft\.Devices, Microsoft\.Web.*az provider register --namespace/s] },
  },
  {
    which: 'a provider that is being registered',
    azure: { [paths.providers]: providers({ 'Microsoft.KeyVault': 'Registering' }) },
    not: { 'resource-providers': ['unknown', /Still being registered: Microsoft\.KeyVault/] },
  },
  {
    which: 'a provider that only private networks need',
    azure: { [paths.providers]: providers({ 'Microsoft.App': 'NotRegistered' }) },
    not: {},
  },
  {
    which: 'that provider, and a private network',
    azure: { [paths.providers]: providers({ 'Microsoft.App': 'NotRegistered' }) },
    asking: { privateNetwork: true },
    not: { 'resource-providers': ['failed', /Not registered: Microsoft\.App\./] },
  },
  {
    which: 'a region without Flex Consumption',
    asking: { location: 'northeurope' },
    not: { 'flex-region': ['failed', /not offered .* northeurope.*--location: eastus, westeurope/s] },
  },
  {
    which: 'a region without IoT Hub',
    asking: { location: 'East US' },
    not: { 'iot-hub-region': ['failed', /not offered .* eastus/] },
  },
  {
    which: 'no region named',
    azure: { [paths.flex]: { body: { value: [] } } },
    not: { 'flex-region': ['unknown', /no region/] },
  },
  {
    which: 'all paid hubs in use',
    azure: { [paths.hubs]: quota([0, 1], [50, 50]) },
    not: { 'iot-hub-quota': ['failed', /All 50 paid/] },
  },
  {
    which: 'all paid hubs in use, and a free one wanted',
    azure: { [paths.hubs]: quota([0, 1], [50, 50]) },
    asking: { tier: 'F1' },
    not: {},
  },
  {
    which: 'the free hub in use, and a free one wanted',
    azure: { [paths.hubs]: quota([1, 1], [0, 50]) },
    asking: { tier: 'F1' },
    not: { 'iot-hub-quota': ['failed', /--iot-hub-tier S1/] },
  },
  {
    which: 'no quota told',
    azure: { [paths.hubs]: { body: { value: [] } } },
    not: { 'iot-hub-quota': ['unknown', /does not tell/] },
  },
  {
    which: 'other apps that may want all memory',
    azure: { [paths.sites]: { body: { value: [flexApp(100), flexApp(120)] } } },
    not: { 'flex-quota': ['unknown', /450560 MB.*more than the 512000 MB/s] },
  },
  {
    which: 'names that are taken',
    azure: {
      [paths.hubName]: { body: { nameAvailable: false, reason: 'AlreadyExists' } },
      [paths.vaultName]: { body: { nameAvailable: false, reason: 'AlreadyExists', message: 'In deleted state.' } },
    },
    not: { names: ['failed', /IoT Hub iot-contoso \(AlreadyExists\), Key Vault kv-contoso/] },
  },
  {
    which: 'names that nobody chose',
    azure: { [paths.hubName]: refusal(500, 'X', 'X') },
    asking: { name: undefined },
    not: {},
  },
  {
    which: 'Dynamics that refuses',
    dynamics: { [whoAmI]: refusal(403, '0x80072560', 'The user is not a member of the organization.') },
    not: { 'dynamics-api': ['failed', /not a member of the organization.*security role/s] },
  },
  {
    which: 'Dynamics that does not accept the token',
    dynamics: { [whoAmI]: { status: 401 } },
    not: { 'dynamics-api': ['failed', /may not use the API/] },
  },
  {
    which: 'an address that is no Dynamics',
    dynamics: { [whoAmI]: { body: { hello: 'world' } } },
    not: { 'dynamics-api': ['failed', /no Dynamics/] },
  },
  {
    which: 'nobody named a Dynamics',
    asking: { dataverseUrl: undefined },
    not: { 'dynamics-api': ['unknown', /--dataverse-url/] },
  },
  {
    which: 'a service that is busy at first',
    azure: { [paths.roles]: [busy, busy, assignments({ role: 'owner' })] },
    not: {},
  },
  {
    which: 'a service that stays busy',
    azure: { [paths.hubs]: busy },
    not: { 'iot-hub-quota': ['unknown', /asked too much.*Try again/s] },
  },
  {
    which: 'a service that wants an hour',
    azure: { [paths.sites]: { ...busy, headers: { 'retry-after': '3600' } } },
    not: { 'flex-quota': ['unknown', /Try again in 3600 seconds/] },
  },
  {
    which: 'a proxy that answers with a page',
    azure: { [paths.providers]: { body: '<html>Please log in</html>' } },
    not: {
      'resource-providers': ['unknown', /is a proxy in between/],
      'iot-hub-region': ['unknown', /is a proxy in between/],
    },
  },
];

test.each(tenants)('$which', async ({ account = accounts.member, azure = {}, dynamics = good, asking = {}, not }) => {
  const [management, dataverse] = await Promise.all([standIn({ ...goodTenant, ...azure }), standIn(dynamics)]);
  try {
    const question: Question = {
      subscription,
      location: 'westeurope',
      tier: 'S1',
      name: 'contoso',
      dataverseUrl: dataverse.url,
      managementUrl: management.url,
      ownEventHub: false,
      privateNetwork: false,
      ...asking,
    };
    const findings = await preflight(question, credentialOf(account));
    expect(findings.map(({ check }) => check)).toEqual(checks);
    expect(verdicts(findings)).toEqual(verdicts(Object.entries(not).map(([check, [verdict]]) => ({ check, verdict }))));
    for (const { check, verdict, why, remedy } of findings) {
      expect(`${why} ${remedy ?? ''}`).toMatch(not[check]?.[1] ?? /./);
      expect(remedy === undefined).toBe(verdict === 'passed');
    }
  } finally {
    await Promise.all([management.stop(), dataverse.stop()]);
  }
});

const verdicts = (findings: readonly { check: string; verdict: string }[]) =>
  Object.fromEntries(
    findings.filter(({ verdict }) => verdict !== 'passed').map(({ check, verdict }) => [check, verdict]),
  );

const asking = (managementUrl: string): Question => ({
  subscription,
  location: 'westeurope',
  tier: 'S1',
  name: undefined,
  dataverseUrl: undefined,
  managementUrl,
  ownEventHub: false,
  privateNetwork: false,
});

test('long lists are read to their end, and the token goes nowhere else', async () => {
  const elsewhere = await standIn({});
  const azure = await standIn((url) => ({
    ...goodTenant,
    [paths.roles]: { body: { value: [], nextLink: `${url}/more?page=2` } },
    'GET /more': assignments({ role: 'owner' }),
    [paths.hubs]: { body: { ...quota([0, 1], [0, 9]).body, nextLink: `${elsewhere.url}/steal` } },
  }));
  const findings = await preflight(asking(azure.url), credentialOf(accounts.member));
  await Promise.all([azure.stop(), elsewhere.stop()]);
  expect(verdicts(findings)).toEqual({ 'dynamics-api': 'unknown' });
  expect(elsewhere.asked).toEqual([]);
});

test('a login that Azure does not accept any more is told as such', async () => {
  const expired = refusal(401, 'ExpiredAuthenticationToken', 'The access token expiry is in the past.');
  const azure = await standIn(Object.fromEntries(Object.keys(goodTenant).map((path) => [path, expired])));
  const findings = await preflight(asking(azure.url), credentialOf(accounts.member));
  await azure.stop();
  expect(findings[0]).toMatchObject({ verdict: 'failed', why: expect.stringContaining('expiry is in the past') });
  expect(findings.find(({ check }) => check === 'role')).toMatchObject({ verdict: 'unknown' });
});

test('without a network everything that needs one is unknown, and says so', async () => {
  const gone = await standIn({});
  await gone.stop();
  const findings = await preflight(asking(gone.url), credentialOf(accounts.member));
  const offline = findings.filter(({ why }) => why.includes('cannot be reached (ECONNREFUSED)'));
  expect(offline.map(({ check }) => check)).toEqual(
    checks.filter((name) => !['home-tenant', 'organisational-account', 'dynamics-api', 'names'].includes(name)),
  );
  expect(new Set(offline.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
});

test.each([
  {
    which: 'nobody',
    message: "Please run 'az login' to set up an account.",
    verdict: 'failed',
    why: 'Nobody is logged in',
  },
  {
    which: 'somebody long ago',
    message: 'AADSTS700082: The refresh token has expired.',
    verdict: 'failed',
    why: 'expired',
  },
  {
    which: 'somebody offline',
    message: 'getaddrinfo ENOTFOUND login.example',
    verdict: 'unknown',
    why: 'cannot be reached',
  },
])('a login of $which is told, and nothing is asked', async ({ message, verdict, why }) => {
  const azure = await standIn(goodTenant);
  const findings = await preflight(asking(azure.url), { getToken: async () => Promise.reject(new Error(message)) });
  await azure.stop();
  expect(findings[0]).toMatchObject({ check: 'login', verdict, why: expect.stringContaining(why) });
  expect(new Set(findings.slice(1).map((finding) => finding.verdict))).toEqual(new Set(['unknown']));
  expect(azure.asked).toEqual([]);
});

test('nothing is asked that changes anything', async () => {
  const azure = await standIn(goodTenant);
  await preflight({ ...asking(azure.url), name: 'contoso' }, credentialOf(accounts.member));
  await azure.stop();
  const posts = azure.asked.filter(({ request }) => !request.startsWith('GET '));
  expect(posts).toHaveLength(worldwideNames.length);
  for (const { request } of posts) expect(request).toMatch(/^POST .*checkNameAvailability\?/i);
});

test('the providers are those that the Bicep files use', async () => {
  const known = new Set(neededProviders({ ownEventHub: true, privateNetwork: true }));
  const used = (await providersIn(infra)).filter((name) => !/^Microsoft\.(Authorization|Resources)$/.test(name));
  expect([...known].filter((name) => name !== 'Microsoft.App').toSorted()).toEqual(used);
});

test('the names are those that the Bicep files make', () => {
  const text = ['main.bicep', 'modules/function-app.bicep']
    .map((file) => readFileSync(join(infra, file), 'utf8'))
    .join('');
  for (const { prefix } of worldwideNames) expect(text).toContain(`'${prefix}\${base}'`);
});
