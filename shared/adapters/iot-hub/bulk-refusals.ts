import { ServiceError } from '../../domain/errors';
import { isObject } from '../../domain/json-values';
import type { Refusal } from '../../ports/device-registry';

/**
 * The refusals in the error of a request for many devices, by Device ID; undefined when the error is not about the devices.
 * The SDK makes one error of the whole answer; the list stands in the body that comes with it.
 */
export function bulkRefusals(error: unknown, deviceIds: readonly string[]): Map<string, Refusal> | undefined {
  const listed = listOf(error);
  if (listed) {
    const refusals = new Map<string, Refusal>();
    for (const item of listed) {
      const { deviceId, errorCode, errorStatus } = isObject(item) ? item : {};
      const refusal = refusalFor(text(errorCode), text(errorStatus));
      const named = deviceIds.find(same(text(deviceId)));
      // What cannot be told apart is told of all: none of them may be taken for done.
      for (const id of named === undefined ? deviceIds : [named]) refusals.set(id, refusal);
    }
    return refusals;
  }
  const refusal = refusalOf(error);
  return refusal && new Map(deviceIds.map((id) => [id, refusal]));
}

/** Why the hub refused one device; undefined when the error is about something else. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  switch (error.name) {
    case 'ArgumentError':
    case 'FormatError':
    case 'TooManyDevicesError': // every 403: a quota
    case 'MessageTooLargeError':
      return { kind: 'refused', message: error.message };
    case 'DeviceAlreadyExistsError':
      return { kind: 'exists', message: error.message };
    case 'DeviceNotFoundError':
      return { kind: 'missing', message: error.message };
    default:
      return undefined;
  }
}

/** Codes are names or numbers such as 409001, depending on the version of the hub's API. */
function refusalFor(code: string, status: string): Refusal {
  const message = status || code;
  if (/^DeviceAlreadyExists$|^409/i.test(code)) return { kind: 'exists', message };
  if (/^DeviceNotFound$|^404/i.test(code)) return { kind: 'missing', message };
  if (/^Throttl|^429/i.test(code))
    throw new ServiceError('hub-busy', `The IoT Hub takes no more requests: ${message}.`);
  return { kind: 'refused', message };
}

function listOf(error: unknown): readonly unknown[] | undefined {
  const body = (error as { responseBody?: unknown } | undefined)?.responseBody;
  const json = typeof body === 'string' ? parsed(body) : body;
  const list = isObject(json) ? json['errors'] : undefined;
  return Array.isArray(list) && list.length > 0 ? (list as unknown[]) : undefined;
}

/** A body that is no JSON, such as a proxy's page, lists nothing. */
function parsed(body: string): unknown {
  return /^\s*\{/.test(body) ? JSON.parse(body) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Device IDs are compared as they are: letter case matters. */
export const same = (one: string) => (other: string) => one === other;
