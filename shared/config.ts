import { parseGroupBy } from './domain/group-key';
import type { KeyColumn } from './domain/group-key';
import type { DebounceRules } from './domain/debounce';

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
  DEBOUNCE_SECONDS: { purpose: 'Length of the time window in which repeats belong to one parent.', default: '60' },
  DEBOUNCE_WINDOW: {
    purpose: "'fixed' counts from the parent alert, 'sliding' from the alert before.",
    default: 'fixed',
  },
  DEBOUNCE_MAX_AGE_SECONDS: { purpose: 'How long a sliding window may grow.', default: '3600' },
  DEBOUNCE_GROUP_BY: {
    purpose: 'Columns of alert, device or category that make alerts belong together, separated by commas.',
    default: 'alert.msdyn_deviceid',
  },
  JOIN_OPEN_TICKET: {
    purpose: "Whether a new parent joins its group's open case or work order instead of opening another.",
    default: 'true',
  },
  DEVICE_CACHE_SECONDS: {
    purpose: 'How old the device and rules behind telemetry may be. Cases are always decided on fresh ones.',
    default: '2',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

export interface Config {
  tables: { connectionString: string } | { endpoint: string };
  debounce: DebounceRules;
  groupBy: KeyColumn[];
  joinOpenTicket: boolean;
  /** Milliseconds. */
  deviceMaxAge: number;
}

/** Reads the settings, or throws one error that names every setting that is wrong and what is allowed. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
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
    tables: read('TABLES_ENDPOINT', (endpoint) => tablesOf(endpoint, env['AzureWebJobsStorage'])),
    debounce: {
      span: 1000 * read('DEBOUNCE_SECONDS', between(1, 86_400)),
      mode: read('DEBOUNCE_WINDOW', oneOf('fixed', 'sliding')),
      maxAge: 1000 * read('DEBOUNCE_MAX_AGE_SECONDS', between(1, 604_800)),
    },
    groupBy: read('DEBOUNCE_GROUP_BY', parseGroupBy),
    joinOpenTicket: read('JOIN_OPEN_TICKET', oneOf('true', 'false')) === 'true',
    deviceMaxAge: 1000 * read('DEVICE_CACHE_SECONDS', between(0, 3600)),
  };
  if (problems.length > 0) throw new Error(`Settings that cannot be used. ${problems.join('. ')}.`);
  return config;
}

function tablesOf(endpoint: string, connectionString: string | undefined): Config['tables'] {
  if (endpoint) {
    if (connectionString?.includes('AccountKey=')) {
      throw new Error(
        'use either this endpoint with an identity or a connection string in AzureWebJobsStorage, not both',
      );
    }
    return { endpoint };
  }
  if (!connectionString) throw new Error('set this, or AzureWebJobsStorage to a connection string');
  return { connectionString };
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
