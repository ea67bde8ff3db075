import { HubError } from './errors';
import { isObject } from './json';
import type { JsonObject } from './json';

/** How a device proves who it is. Only keys let it connect here; the others are just remembered. */
export type Authentication =
  | { type: 'sas'; primaryKey: string; secondaryKey: string }
  | { type: 'selfSigned'; primaryThumbprint: string | null; secondaryThumbprint: string | null }
  | { type: 'certificateAuthority' };

export interface Status {
  status: 'enabled' | 'disabled';
  statusReason: string | null;
}

/** The status a request asks for; what it leaves out stays. */
export function readStatus(input: JsonObject, old: Status): Status {
  const status = input['status'] ?? old.status;
  if (status !== 'enabled' && status !== 'disabled') {
    throw new HubError('ArgumentInvalid', `status ${JSON.stringify(status)} is not known`);
  }
  const given = input['statusReason'];
  return { status, statusReason: typeof given === 'string' ? given : old.statusReason };
}

/** The authentication a request asks for. Keys that are left out stay, or are made for a new device. */
export function readAuthentication(
  input: JsonObject,
  old: Authentication | undefined,
  newKey: () => string,
): Authentication {
  if (isObject(input['capabilities']) && input['capabilities']['iotEdge'] === true) {
    throw new HubError('NotImplemented', 'IoT Edge devices are not emulated');
  }
  const given = isObject(input['authentication']) ? input['authentication'] : {};
  const type = given['type'] ?? old?.type ?? 'sas';
  if (type === 'certificateAuthority') return { type };
  if (type === 'selfSigned') return { type, ...thumbprints(given['x509Thumbprint']) };
  if (type !== 'sas') throw new HubError('ArgumentInvalid', `authentication.type ${JSON.stringify(type)} is not known`);
  const { primaryKey, secondaryKey } = keys(given['symmetricKey']);
  if (primaryKey && secondaryKey) return { type, primaryKey, secondaryKey };
  if (primaryKey || secondaryKey) throw new HubError('ArgumentInvalid', 'A device has two keys or none');
  return old?.type === 'sas' ? old : { type, primaryKey: newKey(), secondaryKey: newKey() };
}

function keys(given: unknown): { primaryKey: string; secondaryKey: string } {
  const { primaryKey, secondaryKey } = isObject(given) ? given : {};
  return { primaryKey: keyOf(primaryKey), secondaryKey: keyOf(secondaryKey) };
}

function keyOf(given: unknown): string {
  if (given === undefined || given === null || given === '') return '';
  const bytes = typeof given === 'string' ? Buffer.from(given, 'base64') : undefined;
  if (!bytes || bytes.toString('base64') !== given || bytes.length < 16 || bytes.length > 64) {
    throw new HubError('ArgumentInvalid', 'A device key is base64 text of 16 to 64 bytes');
  }
  return given;
}

function thumbprints(given: unknown) {
  const { primaryThumbprint, secondaryThumbprint } = isObject(given) ? given : {};
  return {
    primaryThumbprint: typeof primaryThumbprint === 'string' ? primaryThumbprint : null,
    secondaryThumbprint: typeof secondaryThumbprint === 'string' ? secondaryThumbprint : null,
  };
}
