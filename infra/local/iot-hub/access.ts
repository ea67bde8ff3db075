import { HubError } from './errors';
import { covers, isSignedWith, parseSas } from './sas';
import type { SharedAccessSignature } from './sas';
import type { DeviceRecord } from './registry';

export type Right = 'RegistryRead' | 'RegistryWrite' | 'ServiceConnect' | 'DeviceConnect';

/** The policies every new hub comes with, and what each may do. */
export const policies = {
  iothubowner: ['RegistryRead', 'RegistryWrite', 'ServiceConnect', 'DeviceConnect'],
  service: ['ServiceConnect'],
  device: ['DeviceConnect'],
  registryRead: ['RegistryRead'],
  registryReadWrite: ['RegistryRead', 'RegistryWrite'],
} as const satisfies Record<string, readonly Right[]>;

type PolicyName = keyof typeof policies;
export type PolicyKeys = Record<PolicyName, string>;

/** Who a token belongs to, once it was found good. */
export interface Grant {
  /** Milliseconds since 1970; the connection ends then unless a newer token arrives. */
  expires: number;
  rights: readonly Right[];
  /** Set when a device signed with its own key. */
  deviceId?: string;
}

export interface Access {
  /** A token for the hub's own resources, of a back end or of a device. */
  grant(token: string): Grant;
  /** A token for the Event Hubs-compatible endpoint. */
  grantEvents: (token: string) => Grant;
  /** A token that lets this device in: its own, or one of a policy with DeviceConnect. */
  admitDevice(token: string, deviceId: string): Grant;
}

interface AccessOptions {
  hostName: string;
  eventHubName: string;
  keys: PolicyKeys;
  device: (deviceId: string) => DeviceRecord | undefined;
  now: () => number;
}

/** Checks tokens: expiry, signature and the resource they were made for. Every refusal is IotHubUnauthorizedAccess. */
export function createAccess({ hostName, eventHubName, keys, device, now }: AccessOptions): Access {
  function grant(token: string): Grant {
    const sas = readSas(token);
    return sas.policy === undefined ? ownGrant(sas) : policyGrant(sas);
  }

  function policyGrant(sas: SharedAccessSignature): Grant {
    const policy = signedPolicy(sas, 'base64');
    // A policy's token may be narrowed to one device; then it is good for that device only.
    const deviceId = deviceIn(sas.resource);
    if (!deviceId && !covers(sas.resource, hostName)) throw refused('the token was made for another resource');
    return { expires: sas.expires, rights: policies[policy], deviceId };
  }

  function ownGrant(sas: SharedAccessSignature): Grant {
    const deviceId = deviceIn(sas.resource);
    const record = deviceId === undefined ? undefined : device(deviceId);
    if (!record || record.authentication.type !== 'sas') throw refused('no such device signs with a key');
    const { primaryKey, secondaryKey } = record.authentication;
    if (!isSignedWith(sas, primaryKey, 'base64') && !isSignedWith(sas, secondaryKey, 'base64')) {
      throw refused('the signature does not match a key of the device');
    }
    return { expires: sas.expires, rights: ['DeviceConnect'], deviceId };
  }

  function grantEvents(token: string): Grant {
    const sas = readSas(token);
    const policy = signedPolicy(sas, 'utf8');
    // The host is whatever name or port the client reached us by; the path behind it must be ours.
    const path = sas.resource.replace(/^[a-z]+:\/\/[^/]*\/?/i, '').replace(/\/$/, '');
    if (path !== '' && !covers(eventHubName, path)) throw refused('the token was made for another event hub');
    if (!rightsOf(policy).includes('ServiceConnect')) throw refused(`policy ${policy} may not read events`);
    return { expires: sas.expires, rights: policies[policy] };
  }

  function admitDevice(token: string, deviceId: string): Grant {
    const given = grant(token);
    if (!given.rights.includes('DeviceConnect') || (given.deviceId !== undefined && given.deviceId !== deviceId)) {
      throw refused(`the token does not let ${deviceId} in`);
    }
    const record = device(deviceId);
    if (!record) throw refused(`${deviceId} is not registered`);
    if (record.status === 'disabled') throw refused(`${deviceId} is disabled`);
    return given;
  }

  function readSas(token: string): SharedAccessSignature {
    const sas = parseSas(token);
    if (!sas) throw refused('no shared access signature');
    if (sas.expires <= now()) throw refused('the token is expired');
    return sas;
  }

  function signedPolicy(sas: SharedAccessSignature, encoding: 'base64' | 'utf8'): PolicyName {
    const name = sas.policy ?? '';
    if (!isPolicy(name)) throw refused(`there is no policy "${name}"`);
    if (!isSignedWith(sas, keys[name], encoding)) throw refused('the signature does not match the key of the policy');
    return name;
  }

  function deviceIn(resource: string): string | undefined {
    const match = /^([^/]+)\/devices\/([^/]+)\/?$/.exec(resource);
    if (match?.[1]?.toLowerCase() !== hostName.toLowerCase()) return undefined;
    return match[2] === undefined ? undefined : decodeId(match[2]);
  }

  return { grant, grantEvents, admitDevice };
}

/** Fails unless the grant has the right. A token narrowed to one device is no use to a back end. */
export function demand(grant: Grant | undefined, right: Right): void {
  if (!grant || grant.deviceId !== undefined || !grant.rights.includes(right)) throw refused(`${right} is needed`);
}

export function refused(why: string): HubError {
  return new HubError('IotHubUnauthorizedAccess', `Unauthorized: ${why}`);
}

function isPolicy(name: string): name is PolicyName {
  return Object.hasOwn(policies, name);
}

function rightsOf(name: PolicyName): readonly Right[] {
  return policies[name];
}

/** Device ids may hold a bare "%", so text that is no valid encoding is the id itself. */
function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
