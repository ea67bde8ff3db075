import { readConfig } from '../shared/config';

const required = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };

test('the defaults are a fixed window of a minute per device', () => {
  expect(readConfig(required)).toEqual({
    tables: { connectionString: 'UseDevelopmentStorage=true' },
    queues: { connectionString: 'UseDevelopmentStorage=true' },
    iotHub: undefined,
    timespan: { min: 60, max: 180 },
    parentOnCreate: true,
    debounce: { span: 60_000, mode: 'fixed', maxAge: 3_600_000 },
    groupBy: [{ source: 'alert', property: 'msdyn_deviceid' }],
    joinOpenTicket: true,
    registration: { perMinute: 100, timeout: 600_000, retryAfter: 60_000 },
    deviceMaxAge: 2000,
    retention: 0,
    commandLife: 3_600_000,
  });
});

test('in Azure everything is reached with an identity', () => {
  const config = readConfig({
    TABLES_ENDPOINT: 'https://x.table.core.windows.net/',
    AzureWebJobsStorage__tableServiceUri: 'https://x.table.core.windows.net/',
    AzureWebJobsStorage__credential: 'managedidentity',
    IOT_HUB_EVENTS: '',
    IOT_HUB_EVENTS__fullyQualifiedNamespace: 'x.servicebus.windows.net',
    IOT_HUB_HOST_NAME: 'x.azure-devices.net',
    IOT_HUB_CONNECTION_STRING: '',
  });
  expect(config).toMatchObject({
    tables: { endpoint: 'https://x.table.core.windows.net/' },
    queues: { endpoint: 'https://x.queue.core.windows.net/' },
    iotHub: { hostName: 'x.azure-devices.net' },
  });
});

test('an endpoint with an identity takes the place of the connection string', () => {
  const endpoint = 'https://x.table.core.windows.net';
  expect(readConfig({ TABLES_ENDPOINT: endpoint }).tables).toEqual({ endpoint });
});

test.each([
  {
    which: 'no storage',
    env: { AzureWebJobsStorage: undefined },
    message: 'TABLES_ENDPOINT: set this, or AzureWebJobsStorage',
  },
  {
    which: 'two ways to the storage',
    env: { TABLES_ENDPOINT: 'https://x', AzureWebJobsStorage: 'AccountKey=k' },
    message: 'not both',
  },
  {
    which: 'a window of nothing',
    env: { DEBOUNCE_SECONDS: '0' },
    message: 'DEBOUNCE_SECONDS: "0" must be a number from 1 to 86400',
  },
  {
    which: 'an endpoint and a shared access signature',
    env: { TABLES_ENDPOINT: 'https://x', AzureWebJobsStorage: 'SharedAccessSignature=s' },
    message: 'TABLES_ENDPOINT: use either this endpoint with an identity or a connection string',
  },
  {
    which: 'an endpoint without encryption',
    env: { TABLES_ENDPOINT: 'http://x', AzureWebJobsStorage: undefined },
    message: 'TABLES_ENDPOINT: "http://x" must be https:// and a host name',
  },
  {
    which: 'a storage account by key and by identity',
    env: { AzureWebJobsStorage__accountName: 'x' },
    message: 'AzureWebJobsStorage: use either a connection string or an identity (AzureWebJobsStorage__accountName)',
  },
  {
    which: 'a stream of events by key and by identity',
    env: { IOT_HUB_EVENTS: 'Endpoint=sb://x', IOT_HUB_EVENTS__fullyQualifiedNamespace: 'x' },
    message: 'IOT_HUB_EVENTS: use either a connection string or an identity (IOT_HUB_EVENTS__fullyQualifiedNamespace)',
  },
  { which: 'a window in words', env: { DEBOUNCE_SECONDS: 'a minute' }, message: 'DEBOUNCE_SECONDS' },
  {
    which: 'an unknown kind of window',
    env: { DEBOUNCE_WINDOW: 'round' },
    message: 'DEBOUNCE_WINDOW: "round" must be fixed or sliding',
  },
  {
    which: 'a group key of no column',
    env: { DEBOUNCE_GROUP_BY: 'alert.colour' },
    message: 'DEBOUNCE_GROUP_BY: "alert.colour" is not a column',
  },
  {
    which: 'a shortest timespan above the longest',
    env: { DEBOUNCE_MIN_SECONDS: '300' },
    message: 'DEBOUNCE_MIN_SECONDS: it is above DEBOUNCE_MAX_SECONDS',
  },
  {
    which: 'a hub without a name',
    env: { IOT_HUB_CONNECTION_STRING: 'SharedAccessKey=k' },
    message: 'IOT_HUB_CONNECTION_STRING must start with HostName=',
  },
  { which: 'a maybe', env: { JOIN_OPEN_TICKET: 'maybe' }, message: 'JOIN_OPEN_TICKET: "maybe" must be true or false' },
])('$which is refused with what is allowed', ({ env, message }) => {
  expect(() => readConfig({ ...required, ...env })).toThrow(message);
});

test('all that is wrong is said at once', () => {
  expect(() => readConfig({ ...required, DEBOUNCE_SECONDS: '-1', DEBOUNCE_WINDOW: 'x' })).toThrow(
    /DEBOUNCE_SECONDS.*DEBOUNCE_WINDOW/,
  );
});
