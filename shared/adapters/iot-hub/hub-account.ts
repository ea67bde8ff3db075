import type { TokenCredential } from '@azure/identity';
import { Registry } from 'azure-iothub';
import { ServiceError } from '../../domain/errors';

/** Where the hub's service side is: a connection string (local), or a host name with an identity (Azure). */
export type HubAccount = { connectionString: string } | { hostName: string; credential: TokenCredential };

/** Milliseconds for one exchange with the hub, where nothing else is said. */
const patience = 15_000;

export function hostNameOf(account: HubAccount): string {
  if ('hostName' in account) return account.hostName;
  return /HostName=([^;]+)/i.exec(account.connectionString)?.[1] ?? '';
}

export function openRegistry(account: HubAccount): Registry {
  return 'connectionString' in account
    ? Registry.fromConnectionString(account.connectionString)
    : Registry.fromTokenCredential(account.hostName, account.credential);
}

/** The result, or a failure when it takes longer than this many milliseconds; what was begun is not stopped. */
export async function inTime<T>(work: Promise<T>, milliseconds = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The SDK's messages name the host and the fault; keys and tokens are not among them. The errors themselves hold the whole
 * exchange, with the token in its headers, so that they must not go where they might be logged.
 */
export function unreachable(error: unknown): ServiceError {
  const cause = withoutExchange(error);
  return new ServiceError('hub-unreachable', `The IoT Hub cannot be reached, or refuses us: ${cause.message}.`, {
    cause,
  });
}

/** A failure that is not about a device: `hub-busy` when the hub throttles, else `hub-unreachable`. */
export function hubTrouble(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const cause = withoutExchange(error);
  if (cause.name !== 'ThrottlingError') return unreachable(error);
  return new ServiceError('hub-busy', `The IoT Hub takes no more requests for now: ${cause.message}.`, { cause });
}

/** An error of the SDK as its name, message and stack alone. */
function withoutExchange(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const bare = new Error(error.message);
  bare.name = error.name;
  if (error.stack !== undefined) bare.stack = error.stack;
  return bare;
}
