import type { Registry } from 'azure-iothub';
import type { DeviceRegistry, Identity, Refusal } from '../../ports/device-registry';
import { bulkRefusals, refusalOf, same } from './bulk-refusals';
import { hubTrouble, inTime, openRegistry } from './hub-account';
import type { HubAccount } from './hub-account';
import { patchBody, twinOf } from './twin-body';

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
      throw hubTrouble(error);
    }
  };

  /** A request for one device; undefined stands for one that is not there. */
  const single = async <T>(request: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask(request);
    } catch (error) {
      if (error instanceof Error && error.name === 'DeviceNotFoundError') return undefined;
      throw hubTrouble(error);
    }
  };

  const pageOf = async (text: string, size: number, after: string | null) => {
    const query = registry.createQuery(text, size);
    const answer = await ask(async () => query.next(after ?? '')).catch((error: unknown) => {
      throw hubTrouble(error);
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

    updateTwin: async (deviceId, patch) => {
      try {
        await ask(async () => registry.updateTwin(deviceId, patchBody(patch), '*'));
        return undefined;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal) return refusal;
        throw hubTrouble(error);
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

function identityOf(body: unknown): Identity {
  const { etag: _etag, ...twin } = twinOf(body);
  return { ...twin, deviceId: String((body as { deviceId: unknown }).deviceId) };
}

function quoted(deviceId: string): string {
  return `'${deviceId.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
