import { createHmac } from 'node:crypto';
import type { Registry } from 'azure-iothub';

/** Service and device connection strings are `Name=value` pairs; the value may hold `=`. */
export function connectionParts(connectionString: string): Record<string, string> {
  return Object.fromEntries(
    connectionString
      .split(';')
      .filter((part) => part.includes('='))
      .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()]),
  );
}

/**
 * The key we give to an identity that we create: derived from the service's key, so that the next run need not ask the
 * hub for it (a real hub answers only some 100 such questions a minute).
 */
export function deviceKey(serviceConnectionString: string, deviceId: string): string {
  const secret = Buffer.from(connectionParts(serviceConnectionString)['SharedAccessKey'] ?? '', 'base64');
  return createHmac('sha256', secret).update(deviceId).digest('base64');
}

/** What a device client needs to connect with that key. */
export function deviceConnectionString(serviceConnectionString: string, deviceId: string, key: string): string {
  const { HostName } = connectionParts(serviceConnectionString);
  return `HostName=${HostName ?? ''};DeviceId=${deviceId};SharedAccessKey=${key}`;
}

/** The ids `<prefix>0001`, `<prefix>0002`, …: `count` of them from number `first` on. */
export function deviceIds(prefix: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${String(first + i).padStart(4, '0')}`);
}

/** Creates the identities that are missing, 100 a call. Answers with how many that were. */
export async function createIdentities(
  registry: Registry,
  serviceConnectionString: string,
  ids: string[],
): Promise<number> {
  let created = 0;
  for (let start = 0; start < ids.length; start += 100) {
    const identities = ids.slice(start, start + 100).map((deviceId) => {
      const primaryKey = deviceKey(serviceConnectionString, deviceId);
      const secondaryKey = deviceKey(serviceConnectionString, `${deviceId}/secondary`);
      return { deviceId, status: 'enabled' as const, authentication: { symmetricKey: { primaryKey, secondaryKey } } };
    });
    created += await createChunk(registry, identities);
  }
  return created;
}

type NewIdentity = Registry.DeviceDescription;

async function createChunk(registry: Registry, identities: NewIdentity[]): Promise<number> {
  const existing = await refused(registry, identities);
  if (existing.size === 0) return identities.length;
  const rest = identities.filter(({ deviceId }) => !existing.has(deviceId));
  // Whether the others of a refused call were created is not promised; asking once more settles it.
  if (rest.length > 0) await refused(registry, rest);
  return rest.length;
}

/** Creates them and answers with the ids that exist already; anything else that is wrong is thrown. */
async function refused(registry: Registry, identities: NewIdentity[]): Promise<Set<string>> {
  try {
    await registry.addDevices(identities);
    return new Set();
  } catch (thrown) {
    const failures = bulkErrors(thrown);
    if (!failures?.every(({ errorCode }) => /DeviceAlreadyExists|409/.test(String(errorCode)))) throw thrown;
    return new Set(failures.map(({ deviceId }) => deviceId));
  }
}

/** The SDK hides the list of what failed in the text of the answer. */
function bulkErrors(thrown: unknown): { deviceId: string; errorCode?: unknown }[] | undefined {
  const body = (thrown as { responseBody?: unknown } | undefined)?.responseBody;
  if (body === undefined) return undefined;
  const parsed = (typeof body === 'string' ? parseJson(body) : body) as { errors?: unknown } | undefined;
  return Array.isArray(parsed?.errors) && parsed.errors.length > 0
    ? (parsed.errors as { deviceId: string; errorCode?: unknown }[])
    : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
