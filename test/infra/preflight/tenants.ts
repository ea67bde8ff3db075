import type { Recording } from './azure-stand-in';

export const subscription = '11111111-2222-4333-8444-555555555555';
export const home = 'aaaaaaaa-0000-4000-8000-000000000001';
export const foreign = 'bbbbbbbb-0000-4000-8000-000000000002';
const anna = 'cccccccc-0000-4000-8000-000000000003';

const here = `/subscriptions/${subscription}`;
export const paths = {
  tenants: 'GET /tenants',
  subscription: `GET ${here}`,
  roles: `GET ${here}/providers/Microsoft.Authorization/roleAssignments`,
  eligible: `GET ${here}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances`,
  classic: `GET ${here}/providers/Microsoft.Authorization/classicAdministrators`,
  providers: `GET ${here}/providers`,
  flex: `GET ${here}/providers/Microsoft.Web/geoRegions`,
  sites: `GET ${here}/providers/Microsoft.Web/sites`,
  hubs: `GET ${here}/providers/Microsoft.Devices/usages`,
  hubName: `POST ${here}/providers/Microsoft.Devices/checkNameAvailability`,
  storageName: `POST ${here}/providers/Microsoft.Storage/checkNameAvailability`,
  siteName: `POST ${here}/providers/Microsoft.Web/checknameavailability`,
  vaultName: `POST ${here}/providers/Microsoft.KeyVault/checkNameAvailability`,
};

/** A token as Microsoft Entra ID makes it, as far as anybody looks at it; nobody verifies this one. */
export function token(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), 'signature'].join('.');
}

/** What the tokens of accounts say. */
export const accounts = {
  member: { tid: home, oid: anna, iss: `https://sts.windows.net/${home}/`, upn: 'anna@contoso.com' },
  guest: {
    tid: foreign,
    oid: anna,
    iss: `https://sts.windows.net/${foreign}/`,
    idp: `https://sts.windows.net/${home}/`,
    unique_name: 'anna@contoso.com',
  },
  markedGuest: {
    tid: foreign,
    oid: anna,
    iss: `https://sts.windows.net/${foreign}/`,
    upn: 'anna_contoso.com#EXT#@f.com',
  },
  personal: {
    tid: home,
    oid: anna,
    iss: `https://sts.windows.net/${home}/`,
    idp: 'live.com',
    unique_name: 'live.com#anna@outlook.com',
  },
  application: { tid: home, oid: anna, iss: `https://sts.windows.net/${home}/`, idtyp: 'app', appid: 'pipeline' },
};

const roleIds = {
  owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  accessAdministrator: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
};

export function assignments(...given: { role: keyof typeof roleIds; scope?: string; condition?: string }[]) {
  const value = given.map(({ role, scope = here, condition }) => ({
    properties: {
      scope,
      roleDefinitionId: `${here}/providers/Microsoft.Authorization/roleDefinitions/${roleIds[role]}`,
      condition: condition ?? null,
    },
  }));
  return { body: { value } };
}

const namespaces = [
  'Microsoft.App',
  'Microsoft.Devices',
  'Microsoft.EventHub',
  'microsoft.insights',
  'Microsoft.KeyVault',
  'Microsoft.ManagedIdentity',
  'Microsoft.Network',
  'Microsoft.OperationalInsights',
  'Microsoft.Storage',
  'Microsoft.Web',
];

export function providers(states: Record<string, string> = {}, hubLocations = ['West Europe', 'North Europe']) {
  const value = namespaces.map((namespace) => ({
    namespace,
    registrationState: states[namespace] ?? 'Registered',
    resourceTypes: namespace === 'Microsoft.Devices' ? [{ resourceType: 'IotHubs', locations: hubLocations }] : [],
  }));
  return { body: { value } };
}

export const quota = (free: [number, number], paid: [number, number]) => ({
  body: {
    value: [
      { name: { value: 'freeIotHubCount' }, currentValue: free[0], limit: free[1] },
      { name: { value: 'paidIotHubCount' }, currentValue: paid[0], limit: paid[1] },
    ],
  },
});

export const flexApp = (maximumInstanceCount: number, location = 'West Europe') => ({
  location,
  properties: { functionAppConfig: { scaleAndConcurrency: { maximumInstanceCount, instanceMemoryMB: 2048 } } },
});

const free = { body: { nameAvailable: true } };

/** A tenant in which nothing stands in the way. */
export const goodTenant: Recording = {
  [paths.tenants]: { body: { value: [{ tenantId: home, tenantCategory: 'Home' }] } },
  [paths.subscription]: { body: { displayName: 'Contoso Production', state: 'Enabled', tenantId: home } },
  [paths.roles]: assignments({ role: 'owner' }),
  [paths.classic]: { status: 404, body: { error: { code: 'ResourceTypeNotFound', message: 'It is retired.' } } },
  [paths.eligible]: { body: { value: [] } },
  [paths.providers]: providers(),
  [paths.flex]: { body: { value: [{ name: 'West Europe' }, { name: 'East US' }] } },
  [paths.sites]: { body: { value: [flexApp(40, 'East US'), { location: 'West Europe', properties: {} }] } },
  [paths.hubs]: quota([0, 1], [3, 50]),
  [paths.hubName]: free,
  [paths.storageName]: free,
  [paths.siteName]: free,
  [paths.vaultName]: free,
};
