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
    speakForOthers: true,
    deviceMaxAge: 2000,
    retention: 0,
    commandLife: 3_600_000,
    access: {
      openOnLoopback: false,
      tokens: undefined,
      keys: [],
      behindPlatform: false,
      perMinute: { requests: 1200, effects: 600 },
    },
    telemetry: { otlp: undefined, azureMonitor: undefined, interval: 60_000 },
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

test('telemetry goes where settings say, and errors about its keys do not repeat them', () => {
  const { telemetry } = readConfig({
    ...required,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20b==, x-team = c',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=k;IngestionEndpoint=https://x/',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  });
  expect(telemetry).toEqual({
    otlp: { endpoint: 'http://localhost:4318', headers: { 'x-api-key': 'a b==', 'x-team': 'c' } },
    azureMonitor: { connectionString: 'InstrumentationKey=k;IngestionEndpoint=https://x/' },
    interval: 1_000,
  });
  const wrong = {
    ...required,
    OTEL_EXPORTER_OTLP_HEADERS: 'my secret',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'secret',
  };
  expect(() => readConfig(wrong)).toThrow(/^(?!.*secret)/);
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
    which: 'an identity for the host alone',
    env: { AzureWebJobsStorage: undefined, AzureWebJobsStorage__accountName: 'x' },
    message: 'TABLES_ENDPOINT: set this beside AzureWebJobsStorage__accountName, to https://<account>.table',
  },
  {
    which: 'two ways to the storage',
    env: { TABLES_ENDPOINT: 'https://x', AzureWebJobsStorage: 'AccountKey=k' },
    message: 'not both',
  },
  {
    which: 'a receiver of telemetry that is no address',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
    message: 'OTEL_EXPORTER_OTLP_ENDPOINT: it must be an address that begins with https:// or http://',
  },
  {
    which: 'headers without a value',
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key' },
    message: 'OTEL_EXPORTER_OTLP_HEADERS: it must be name=value, separated by commas',
  },
  {
    which: 'headers that are not well encoded',
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=100%' },
    message: 'OTEL_EXPORTER_OTLP_HEADERS: it must be name=value, separated by commas',
  },
  {
    which: 'a connection string of something else',
    env: { APPLICATIONINSIGHTS_CONNECTION_STRING: 'AccountName=x' },
    message: 'APPLICATIONINSIGHTS_CONNECTION_STRING: it must hold InstrumentationKey=',
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
  {
    which: 'a key with a role of nobody',
    env: { ACCESS_KEYS: `a:Owner:${'0'.repeat(64)}` },
    message: 'ACCESS_KEYS: the role of the key a must be IoT.Administrator, IoT.EndpointUser, IoT.Reader',
  },
  {
    which: 'a key without a name',
    env: { ACCESS_KEYS: `:IoT.Reader:${'0'.repeat(64)}` },
    message: 'ACCESS_KEYS: each key must be name:role:hash',
  },
  {
    which: 'an issuer without an audience',
    env: { TOKEN_ISSUERS: 'https://x', TOKEN_KEYS_URL: 'https://x/keys' },
    message: 'TOKEN_ISSUERS: set all of TOKEN_ISSUERS, TOKEN_AUDIENCES and TOKEN_KEYS_URL',
  },
  {
    which: 'an audience without an issuer',
    env: { TOKEN_AUDIENCES: 'a' },
    message: 'TOKEN_ISSUERS: set all of',
  },
  {
    which: 'keys of tokens that come without encryption',
    env: { TOKEN_ISSUERS: 'https://x', TOKEN_AUDIENCES: 'a', TOKEN_KEYS_URL: 'http://x/keys' },
    message: 'TOKEN_KEYS_URL must be an https:// address',
  },
  {
    which: 'a console without an issuer',
    env: { CONSOLE_CLIENT_ID: 'c' },
    message: 'CONSOLE_CLIENT_ID: TOKEN_ISSUERS and TOKEN_AUDIENCES must be set, too',
  },
  {
    which: 'a console whose people would sign in without encryption',
    env: { CONSOLE_CLIENT_ID: 'c', TOKEN_ISSUERS: 'http://x', TOKEN_AUDIENCES: 'a', TOKEN_KEYS_URL: 'https://x/keys' },
    message: 'CONSOLE_CLIENT_ID: the first of TOKEN_ISSUERS must be an https:// address',
  },
  { which: 'a maybe', env: { JOIN_OPEN_TICKET: 'maybe' }, message: 'JOIN_OPEN_TICKET: "maybe" must be true or false' },
])('$which is refused with what is allowed', ({ env, message }) => {
  expect(() => readConfig({ ...required, ...env })).toThrow(message);
});

test('a machine is open to itself only where the host says that it runs for development', () => {
  const open = (env: Record<string, string>) => readConfig({ ...required, ...env }).access.openOnLoopback;
  expect(open({ AZURE_FUNCTIONS_ENVIRONMENT: 'Development' })).toBe(true);
  expect(open({ AZURE_FUNCTIONS_ENVIRONMENT: 'Development', AUTHENTICATION: 'always' })).toBe(false);
  expect(open({ AZURE_FUNCTIONS_ENVIRONMENT: 'Production' })).toBe(false);
  expect(open({ AUTHENTICATION: 'deployed' })).toBe(false);
});

test('the console signs people in at the first issuer, for the API that tokens must be for', () => {
  const tokens = {
    TOKEN_ISSUERS: 'https://x/v2.0,https://y/',
    TOKEN_AUDIENCES: 'a,api://a',
    TOKEN_KEYS_URL: 'https://x/keys',
  };
  const signIn = { issuer: 'https://x/v2.0', clientId: 'c', scope: 'api://a/.default offline_access' };
  expect(readConfig({ ...required, ...tokens, CONSOLE_CLIENT_ID: 'c' }).signIn).toEqual(signIn);
  expect(readConfig({ ...required, ...tokens }).signIn).toBeUndefined();
});

test('keys have names, roles and hashes', () => {
  const hash = 'A'.repeat(64);
  const { keys } = readConfig({
    ...required,
    ACCESS_KEYS: `a:IoT.Reader:${hash}, b:IoT.Reader+IoT.EndpointUser:${hash}`,
  }).access;
  expect(keys).toEqual([
    { name: 'a', roles: ['IoT.Reader'], hash: 'a'.repeat(64) },
    { name: 'b', roles: ['IoT.Reader', 'IoT.EndpointUser'], hash: 'a'.repeat(64) },
  ]);
});

test('what should have been a hash is not shown', () => {
  const ACCESS_KEYS = 'a:IoT.Reader:the key itself';
  expect(() => readConfig({ ...required, ACCESS_KEYS })).toThrow(
    /hash of the key a must be its SHA-256, 64 hex digits\.$/,
  );
});

test('all that is wrong is said at once', () => {
  expect(() => readConfig({ ...required, DEBOUNCE_SECONDS: '-1', DEBOUNCE_WINDOW: 'x' })).toThrow(
    /DEBOUNCE_SECONDS.*DEBOUNCE_WINDOW/,
  );
});
