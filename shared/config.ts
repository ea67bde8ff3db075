import { parseAccessKeys } from './domain/access-keys';
import type { AccessKey } from './domain/access-keys';
import { parseGroupBy } from './domain/group-key';
import type { KeyColumn } from './domain/group-key';
import type { DebounceRules } from './domain/debounce';
import type { SignIn } from './domain/sign-in';
import type { Timespan } from './domain/timespan';
import type { Limited } from './model/costs';
import { longestCommandLife } from './model/tables/commands';

/** One setting: what it is for, and its default as it would be written in the environment. */
export interface Setting {
  purpose: string;
  default?: string;
  /** Never shown in logs. */
  secret?: true;
}

/** Every setting the app reads. `local.settings.sample.json` and the deployment are held against these rows by tests. */
export const settings = {
  AzureWebJobsStorage: {
    purpose: 'Connection string of the storage account that holds the tables (and what the Functions host keeps).',
    secret: true,
  },
  TABLES_ENDPOINT: {
    purpose: 'Table endpoint for access with a managed identity, instead of a connection string.',
    default: '',
  },
  IOT_HUB_EVENTS: {
    purpose: "Connection string of the IoT Hub's built-in Event Hubs-compatible endpoint.",
    secret: true,
  },
  IOT_HUB_EVENT_HUB_NAME: { purpose: 'Event Hubs-compatible name of the IoT Hub.' },
  IOT_HUB_CONSUMER_GROUP: {
    purpose: 'Consumer group of its own for this app.',
    default: 'connected-customer-service',
  },
  IOT_HUB_CONNECTION_STRING: {
    purpose: "Connection string of the hub's service side, e.g. of the policy iothubowner.",
    default: '',
    secret: true,
  },
  IOT_HUB_HOST_NAME: {
    purpose: 'Host name of the hub for access with a managed identity, instead of a connection string.',
    default: '',
  },
  DEBOUNCE_SECONDS: { purpose: 'Length of the time window in which repeats belong to one parent.', default: '60' },
  DEBOUNCE_WINDOW: {
    purpose: "'fixed' counts from the parent alert, 'sliding' from the alert before.",
    default: 'fixed',
  },
  DEBOUNCE_MAX_AGE_SECONDS: { purpose: 'How long a sliding window may grow.', default: '3600' },
  DEBOUNCE_MIN_SECONDS: {
    purpose: 'The shortest window that msdyn_ParentIoTAlerts may be called with.',
    default: '60',
  },
  DEBOUNCE_MAX_SECONDS: {
    purpose: 'The longest window that msdyn_ParentIoTAlerts may be called with.',
    default: '180',
  },
  DEBOUNCE_GROUP_BY: {
    purpose: 'Columns of alert, device or category that make alerts belong together, separated by commas.',
    default: 'alert.msdyn_deviceid',
  },
  PARENT_ALERTS_ON_CREATE: {
    purpose: 'Whether alerts that are created over the Web API are parented at once; those of the hub always are.',
    default: 'true',
  },
  JOIN_OPEN_TICKET: {
    purpose: "Whether a new parent joins its group's open case or work order instead of opening another.",
    default: 'true',
  },
  REGISTRY_OPERATIONS_PER_MINUTE: {
    purpose: "How many requests a minute go to the hub's identity registry: what its tier and units allow, e.g. 100.",
    default: '100',
  },
  REGISTRATION_TIMEOUT_SECONDS: {
    purpose: 'How long a registration waits for a hub that cannot be reached or throttles, before it ends in Error.',
    default: '600',
  },
  REGISTRATION_RETRY_SECONDS: {
    purpose:
      'After how much silence devices that are being registered are taken up again; five times that in the queue.',
    default: '60',
  },
  DEVICES_SPEAK_FOR_OTHERS: {
    purpose:
      'Whether a message may name another device than the one that sent it, as those of gateways do; where it may not, it is parked.',
    default: 'true',
  },
  DEVICE_CACHE_SECONDS: {
    purpose: 'How old the device and rules behind telemetry may be. Cases are always decided on fresh ones.',
    default: '2',
  },
  RETENTION_DAYS: {
    purpose: 'After so many days, alerts without an open case or work order are removed; 0 keeps them for ever.',
    default: '0',
  },
  COMMAND_TTL_SECONDS: {
    purpose: 'How long a command may wait for its device, where the command does not say.',
    default: '3600',
  },
  AUTHENTICATION: {
    purpose:
      "'deployed': everybody says who he is, but on a developer's machine its own requests need not; 'always': there, too.",
    default: 'deployed',
  },
  TOKEN_ISSUERS: {
    purpose: 'Issuers whose bearer tokens are taken, separated by commas; empty: none are.',
    default: '',
  },
  TOKEN_AUDIENCES: { purpose: 'What tokens must be for: the ids of this API, separated by commas.', default: '' },
  TOKEN_KEYS_URL: { purpose: 'Where the public keys of the issuers are (JWKS).', default: '' },
  CONSOLE_CLIENT_ID: {
    purpose: 'Client id of the console at the first of TOKEN_ISSUERS; empty: it asks people for an access key.',
    default: '',
  },
  ACCESS_KEYS: {
    purpose: "Keys for programs: name:role:hash, separated by commas; the hash is the key's SHA-256 in hex.",
    default: '',
  },
  REQUESTS_PER_MINUTE: {
    purpose:
      'Requests a minute of each caller who had to say who he is, those in a batch counted one by one; 0 is no limit. Each ' +
      'instance of the app counts for itself.',
    default: '1200',
  },
  EFFECTS_PER_MINUTE: {
    purpose:
      'What each such caller may set off in a minute: commands, test alerts, cases and work orders on request, and requests to ' +
      'the hub for up to 100 devices each; 0 is no limit.',
    default: '600',
  },
  PLATFORM_AUTHENTICATION: {
    purpose: "Whether App Service's own authentication stands before the app, so that x-ms-client-principal is true.",
    default: 'false',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    purpose: 'Where traces and metrics are sent by OTLP over HTTP, e.g. http://localhost:4318; empty: nowhere.',
    default: '',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    purpose: 'Headers that are sent along, name=value separated by commas, e.g. an API key.',
    default: '',
    secret: true,
  },
  OTEL_METRIC_EXPORT_INTERVAL: { purpose: 'Milliseconds between two reports of the metrics.', default: '60000' },
  APPLICATIONINSIGHTS_CONNECTION_STRING: {
    purpose: 'Connection string of Application Insights; empty: traces and metrics are not sent there.',
    default: '',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  tables: { connectionString: string } | { endpoint: string };
  /** For the queues of the app; undefined when there is nothing to tell where they are. */
  queues: { connectionString: string } | { endpoint: string } | undefined;
  /** The hub's service side; undefined when no hub is set up. */
  iotHub: { connectionString: string } | { hostName: string } | undefined;
  debounce: DebounceRules;
  /** Limits of msdyn_ParentIoTAlerts, in seconds. */
  timespan: Timespan;
  parentOnCreate: boolean;
  groupBy: KeyColumn[];
  joinOpenTicket: boolean;
  registration: {
    /** Requests to the hub's identity registry. */
    perMinute: number;
    /** Milliseconds. */
    timeout: number;
    /** Milliseconds. */
    retryAfter: number;
  };
  speakForOthers: boolean;
  /** Milliseconds. */
  deviceMaxAge: number;
  /** Milliseconds; 0 keeps alerts for ever. */
  retention: number;
  /** Milliseconds. */
  commandLife: number;
  access: {
    /** Requests of this machine need no login. */
    openOnLoopback: boolean;
    /** Undefined: bearer tokens are not taken. */
    tokens: { issuers: string[]; audiences: string[]; keysUrl: string } | undefined;
    keys: AccessKey[];
    behindPlatform: boolean;
    /** Of each caller; 0 is no limit. */
    perMinute: Record<Limited, number>;
  };
  /** Who is told of the service's work; without either, nobody. */
  telemetry: {
    otlp: { endpoint: string; headers: Record<string, string> } | undefined;
    azureMonitor: { connectionString: string } | undefined;
    /** Milliseconds. */
    interval: number;
  };
  /** Where people sign in to the console; undefined: nowhere, there are only access keys. */
  signIn: SignIn | undefined;
}

/** Reads the settings, or throws one error that names every setting that is wrong and what is allowed. */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const read = <T>(name: SettingName, parse: (text: string) => T): T => {
    const row: Setting = settings[name];
    try {
      return parse(env[name]?.trim() || (row.default ?? ''));
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
      return undefined as T;
    }
  };
  const config: Config = {
    tables: read('TABLES_ENDPOINT', (endpoint) => tablesOf(endpoint, env)),
    queues: queuesOf(env['TABLES_ENDPOINT']?.trim() ?? '', env['AzureWebJobsStorage']),
    iotHub: read('IOT_HUB_HOST_NAME', (hostName) => hubOf(hostName, env['IOT_HUB_CONNECTION_STRING']?.trim() ?? '')),
    debounce: {
      span: 1000 * read('DEBOUNCE_SECONDS', between(1, 86_400)),
      mode: read('DEBOUNCE_WINDOW', oneOf('fixed', 'sliding')),
      maxAge: 1000 * read('DEBOUNCE_MAX_AGE_SECONDS', between(1, 604_800)),
    },
    timespan: {
      min: read('DEBOUNCE_MIN_SECONDS', between(1, 86_400)),
      max: read('DEBOUNCE_MAX_SECONDS', between(1, 86_400)),
    },
    parentOnCreate: read('PARENT_ALERTS_ON_CREATE', oneOf('true', 'false')) === 'true',
    groupBy: read('DEBOUNCE_GROUP_BY', parseGroupBy),
    joinOpenTicket: read('JOIN_OPEN_TICKET', oneOf('true', 'false')) === 'true',
    registration: {
      perMinute: read('REGISTRY_OPERATIONS_PER_MINUTE', between(10, 100_000)),
      timeout: 1000 * read('REGISTRATION_TIMEOUT_SECONDS', between(10, 604_800)),
      retryAfter: 1000 * read('REGISTRATION_RETRY_SECONDS', between(1, 3600)),
    },
    speakForOthers: read('DEVICES_SPEAK_FOR_OTHERS', oneOf('true', 'false')) === 'true',
    deviceMaxAge: 1000 * read('DEVICE_CACHE_SECONDS', between(0, 3600)),
    retention: 86_400_000 * read('RETENTION_DAYS', between(0, 36_500)),
    commandLife: 1000 * read('COMMAND_TTL_SECONDS', between(1, longestCommandLife)),
    access: {
      openOnLoopback: read('AUTHENTICATION', oneOf('deployed', 'always')) === 'deployed' && isDevelopment(env),
      tokens: read('TOKEN_ISSUERS', (issuers) => tokensOf(issuers, env)),
      keys: read('ACCESS_KEYS', parseAccessKeys),
      behindPlatform: read('PLATFORM_AUTHENTICATION', oneOf('true', 'false')) === 'true',
      perMinute: {
        requests: read('REQUESTS_PER_MINUTE', between(0, 1_000_000)),
        effects: read('EFFECTS_PER_MINUTE', between(0, 1_000_000)),
      },
    },
    telemetry: {
      otlp: otlpOf(read('OTEL_EXPORTER_OTLP_ENDPOINT', addressOrNone), read('OTEL_EXPORTER_OTLP_HEADERS', headersIn)),
      azureMonitor: read('APPLICATIONINSIGHTS_CONNECTION_STRING', insightsOf),
      interval: read('OTEL_METRIC_EXPORT_INTERVAL', between(100, 3_600_000)),
    },
    signIn: read('CONSOLE_CLIENT_ID', (clientId) => signInOf(clientId, env)),
  };
  problems.push(...mixedConnections(env));
  if (config.timespan.min > config.timespan.max)
    problems.push('DEBOUNCE_MIN_SECONDS: it is above DEBOUNCE_MAX_SECONDS');
  if (problems.length > 0) throw new Error(`Settings that cannot be used. ${problems.join('. ')}.`);
  return config;
}

function tablesOf(endpoint: string, env: Environment): Config['tables'] {
  const connectionString = env['AzureWebJobsStorage']?.trim();
  if (endpoint) {
    if (connectionString) {
      throw new Error(
        'use either this endpoint with an identity or a connection string in AzureWebJobsStorage, not both',
      );
    }
    if (!/^https:\/\/[^\s/]/.test(endpoint)) throw new Error(`"${endpoint}" must be https:// and a host name`);
    return { endpoint };
  }
  if (!connectionString) {
    const identity = identityOf('AzureWebJobsStorage', env);
    if (!identity) throw new Error('set this, or AzureWebJobsStorage to a connection string');
    throw new Error(`set this beside ${identity}, to https://<account>.table.core.windows.net`);
  }
  return { connectionString };
}

/**
 * Connections that the Functions host opens for us, by a connection string or by an identity (`NAME__accountName` and so on).
 * With both it takes the connection string, silently, and whoever took the key away to be safe would be none the wiser.
 */
function mixedConnections(env: Environment): string[] {
  return (['AzureWebJobsStorage', 'IOT_HUB_EVENTS'] as const satisfies SettingName[]).flatMap((name) => {
    const identity = identityOf(name, env);
    if (!identity || !env[name]?.trim()) return [];
    return `${name}: use either a connection string or an identity (${identity}), not both`;
  });
}

/** The setting that says that the host shall open this connection with an identity, if there is one. */
function identityOf(name: SettingName, env: Environment): string | undefined {
  return Object.keys(env).find((key) => key.startsWith(`${name}__`) && env[key]?.trim());
}

/** What Functions hosts say of themselves on a developer's machine: Core Tools and ours, never Azure. */
function isDevelopment(env: Environment): boolean {
  return env['AZURE_FUNCTIONS_ENVIRONMENT'] === 'Development';
}

function tokensOf(issuers: string, env: Environment): Config['access']['tokens'] {
  const audiences = listOf(env['TOKEN_AUDIENCES'] ?? '');
  const keysUrl = env['TOKEN_KEYS_URL']?.trim() ?? '';
  if (listOf(issuers).length === 0 && audiences.length === 0 && keysUrl === '') return undefined;
  if (listOf(issuers).length === 0 || audiences.length === 0 || keysUrl === '') {
    throw new Error('set all of TOKEN_ISSUERS, TOKEN_AUDIENCES and TOKEN_KEYS_URL, or none of them');
  }
  if (!isSafe(keysUrl)) {
    throw new Error(`TOKEN_KEYS_URL must be an https:// address; got "${keysUrl}"`);
  }
  return { issuers: listOf(issuers), audiences, keysUrl };
}

function otlpOf(endpoint: string, headers: Record<string, string>): Config['telemetry']['otlp'] {
  return endpoint ? { endpoint, headers } : undefined;
}

function addressOrNone(text: string): string {
  if (text === '' || (/^https?:\/\/[^\s/]/.test(text) && URL.canParse(text))) return text;
  throw new Error('it must be an address that begins with https:// or http://');
}

/** `name=value` pairs; values may be percent-encoded. What they are is not repeated in an error: they may be keys. */
function headersIn(text: string): Record<string, string> {
  return Object.fromEntries(
    listOf(text).map((pair) => {
      const [, name, value] = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*((?:[^%]|%[\da-f]{2})*)$/i.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new Error('it must be name=value, separated by commas');
      return [name, decodeURIComponent(value)];
    }),
  );
}

function insightsOf(text: string): Config['telemetry']['azureMonitor'] {
  if (text === '') return undefined;
  if (/(^|;)\s*InstrumentationKey=[^;]+/i.test(text)) return { connectionString: text };
  throw new Error('it must hold InstrumentationKey=');
}

/** The page asks the issuer itself, so its address is what a browser may be sent to. */
function signInOf(clientId: string, env: Readonly<Record<string, string | undefined>>): SignIn | undefined {
  if (clientId === '') return undefined;
  const [issuer] = listOf(env['TOKEN_ISSUERS'] ?? '');
  const audiences = listOf(env['TOKEN_AUDIENCES'] ?? '');
  const audience = audiences.find((each) => each.includes('://')) ?? audiences[0];
  if (issuer === undefined || audience === undefined) {
    throw new Error('TOKEN_ISSUERS and TOKEN_AUDIENCES must be set, too: they say where people sign in, and for what');
  }
  if (!isSafe(issuer)) throw new Error(`the first of TOKEN_ISSUERS must be an https:// address; got "${issuer}"`);
  return { issuer, clientId, scope: `${audience}/.default offline_access` };
}

/** Encrypted, or on this machine. */
function isSafe(address: string): boolean {
  return /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])./.test(address) && URL.canParse(address);
}

function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}

/** Queues are in the account of the tables: with an identity, at the endpoint that stands beside theirs. */
function queuesOf(tablesEndpoint: string, connectionString: string | undefined): Config['queues'] {
  if (!tablesEndpoint) return connectionString ? { connectionString } : undefined;
  const endpoint = tablesEndpoint.replace('.table.', '.queue.');
  return endpoint === tablesEndpoint ? undefined : { endpoint };
}

function hubOf(hostName: string, connectionString: string): Config['iotHub'] {
  if (hostName && connectionString) {
    throw new Error('use either this host name with an identity or IOT_HUB_CONNECTION_STRING, not both');
  }
  if (connectionString) {
    if (/^HostName=[^;]+;/i.test(connectionString)) return { connectionString };
    throw new Error('IOT_HUB_CONNECTION_STRING must start with HostName=');
  }
  if (hostName && !/^[a-z0-9.-]+$/i.test(hostName)) throw new Error(`"${hostName}" is no host name`);
  return hostName ? { hostName } : undefined;
}

function between(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!(value >= min && value <= max)) throw new Error(`"${text}" must be a number from ${min} to ${max}`);
    return value;
  };
}

function oneOf<const T extends string>(...allowed: T[]) {
  return (text: string): T => {
    const value = allowed.find((option) => option === text.toLowerCase());
    if (value === undefined) throw new Error(`"${text}" must be ${allowed.join(' or ')}`);
    return value;
  };
}
