import type { Registry } from 'azure-iothub';
import { ServiceError } from '../../domain/errors';
import { ownContent } from '../../domain/twin-content';
import type { DeviceRegistry, Identity, Refusal } from '../../ports/device-registry';
import { bulkRefusals, refusalOf, same } from './bulk-refusals';
import { inTime, openRegistry, unreachable, withoutExchange } from './hub-account';
import type { HubAccount } from './hub-account';

type Description = Parameters<Registry['addDevices']>[0][number];

/** The identity registry of an IoT Hub. `gate` is passed before each request, so that they can be paced. */
export function iotHubDeviceRegistry(account: HubAccount, gate: () => Promise<void>): DeviceRegistry {
  const registry = openRegistry(account);

  const ask = async <T>(request: () => Promise<T>): Promise<T> => {
    await gate();
    return inTime(request());
  };

  /** A request for many devices, each of which has an outcome of its own. */
  const bulk = async (deviceIds: readonly string[], request: () => Promise<unknown>) => {
    if (deviceIds.length === 0) return new Map<string, Refusal>();
    try {
      await ask(request);
      return new Map<string, Refusal>();
    } catch (error) {
      const refusals = bulkRefusals(error, deviceIds);
      if (refusals) return refusals;
      throw translated(error);
    }
  };

  /** A request for one device; undefined stands for one that is not there. */
  const single = async <T>(request: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask(request);
    } catch (error) {
      if (error instanceof Error && error.name === 'DeviceNotFoundError') return undefined;
      throw translated(error);
    }
  };

  const pageOf = async (text: string, size: number, after: string | null) => {
    const query = registry.createQuery(text, size);
    const answer = await ask(async () => query.next(after ?? '')).catch((error: unknown) => {
      throw translated(error);
    });
    const twins = (answer as unknown as { result: unknown[] }).result;
    return { identities: twins.map(identityOf), next: query.hasMoreResults ? query.continuationToken : null };
  };

  return {
    create: async (devices) => {
      // The SDK's type does not know that a twin's contents may come along; the hub takes them.
      const described = devices.map(({ deviceId, tags, desired }) => ({
        deviceId,
        status: 'enabled',
        tags,
        properties: { desired },
      })) as Description[];
      return bulk(
        devices.map(({ deviceId }) => deviceId),
        async () => registry.addDevices(described),
      );
    },

    remove: async (deviceIds) =>
      bulk(deviceIds, async () =>
        registry.removeDevices(
          deviceIds.map((deviceId) => ({ deviceId })),
          true,
        ),
      ),

    setEnabled: async (deviceIds, enabled) => {
      const refusals = new Map<string, Refusal>();
      const devices: Description[] = [];
      for (const deviceId of deviceIds) {
        // An update without the authentication would give the device new keys.
        const found = await single(async () => registry.get(deviceId));
        if (found === undefined) refusals.set(deviceId, { kind: 'missing', message: 'The hub does not know it' });
        else devices.push(withStatus(found.responseBody, enabled));
      }
      const updated = devices.map(({ deviceId }) => deviceId);
      const failed = await bulk(updated, async () => registry.updateDevices(devices, true));
      return new Map([...refusals, ...failed]);
    },

    updateTwin: async (deviceId, { tags, desired }) => {
      try {
        await ask(async () => registry.updateTwin(deviceId, { tags, properties: { desired } }, '*'));
        return undefined;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal) return refusal;
        throw translated(error);
      }
    },

    find: async (deviceIds) => {
      const text = `SELECT * FROM devices WHERE deviceId IN [${deviceIds.map(quoted).join(', ')}]`;
      const found: Identity[] = [];
      for (let after: string | null = null; ;) {
        const page = await pageOf(text, 100, after);
        found.push(...page.identities);
        if (page.next === null) return found.filter(({ deviceId }) => deviceIds.some(same(deviceId)));
        after = page.next;
      }
    },

    look: async (deviceId) => {
      const twin = await single(async () => registry.getTwin(deviceId));
      return twin && identityOf(twin.responseBody);
    },

    page: async (size, after) => pageOf('SELECT * FROM devices', size, after),
  };
}

function withStatus({ deviceId, authentication, capabilities }: Description, enabled: boolean): Description {
  const status = enabled ? 'enabled' : 'disabled';
  return { deviceId, status, ...(authentication && { authentication }), ...(capabilities && { capabilities }) };
}

function identityOf(twin: unknown): Identity {
  const { deviceId, status, tags, properties, connectionState, lastActivityTime } = twin as Record<string, unknown>;
  const { desired, reported } = (properties ?? {}) as Record<string, unknown>;
  const time = typeof lastActivityTime === 'string' ? Date.parse(lastActivityTime) : Number.NaN;
  return {
    deviceId: String(deviceId),
    enabled: status !== 'disabled',
    tags: ownContent(tags),
    desired: ownContent(desired),
    reported: ownContent(reported),
    connected: connectionState === 'Connected',
    // The hub says "year one" for never.
    ...(time > 0 && { lastActivity: new Date(time).toISOString() }),
  };
}

function quoted(deviceId: string): string {
  return `'${deviceId.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function translated(error: unknown): Error {
  if (error instanceof ServiceError) return error;
  const cause = withoutExchange(error);
  if (cause.name !== 'ThrottlingError') return unreachable(error);
  return new ServiceError('hub-busy', `The IoT Hub takes no more requests for now: ${cause.message}.`, { cause });
}
