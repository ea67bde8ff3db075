import type { ServiceError } from '../../domain/errors';
import { untouchedTwin } from '../../domain/device-twin';
import { merged } from '../../domain/json-values';
import type { JsonObject } from '../../domain/json-values';
import type { DeviceRegistry, Identity, Refusal } from '../../ports/device-registry';

/** A registry in this process's memory, for tests and trials. `trouble` is thrown by every call while it is set. */
export function memoryDeviceRegistry(): DeviceRegistry & {
  identities: Map<string, Identity>;
  calls: string[];
  trouble?: ServiceError;
} {
  const identities = new Map<string, Identity>();
  const calls: string[] = [];

  const each = (ids: readonly string[], work: (id: string) => Refusal | undefined) =>
    new Map(ids.flatMap((id): [string, Refusal][] => ((refusal) => (refusal ? [[id, refusal]] : []))(work(id))));

  const missing = (id: string): Refusal | undefined =>
    identities.has(id) ? undefined : { kind: 'missing', message: `${id} is not registered` };

  const registry: ReturnType<typeof memoryDeviceRegistry> = {
    identities,
    calls,
    create: async (devices) => {
      called('create');
      const contents = new Map(devices.map((device) => [device.deviceId, device]));
      return each([...contents.keys()], (id) => {
        const { tags, desired } = contents.get(id)!;
        const wrong = wrongName({ ...tags, ...desired });
        if (wrong !== undefined) return { kind: 'refused', message: `"${wrong}" is no name for a property` };
        if (identities.has(id)) return { kind: 'exists', message: `${id} exists already` };
        identities.set(id, { ...untouchedTwin, deviceId: id, tags, desired });
        return undefined;
      });
    },
    remove: async (ids) => {
      called('remove');
      return each(ids, (id) => (identities.delete(id) ? undefined : missing(id)));
    },
    setEnabled: async (ids, enabled) => {
      called('setEnabled');
      return each(ids, (id) => {
        const known = identities.get(id);
        if (known) identities.set(id, { ...known, enabled });
        return missing(id);
      });
    },
    updateTwin: async (id, { tags = {}, desired = {} }) => {
      called('updateTwin');
      const known = identities.get(id);
      if (!known) return missing(id);
      identities.set(id, { ...known, tags: merged(known.tags, tags), desired: merged(known.desired, desired) });
      return undefined;
    },
    find: async (ids) => {
      called('find');
      return ids.flatMap((id) => identities.get(id) ?? []);
    },
    look: async (id) => {
      called('look');
      return identities.get(id);
    },
    page: async (size, after) => {
      called('page');
      const rest = [...identities.values()]
        .toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1))
        .filter(({ deviceId }) => after === null || deviceId > after);
      const page = rest.slice(0, size);
      return { identities: page, next: rest.length > size ? page.at(-1)!.deviceId : null };
    },
  };

  const called = (name: string) => {
    calls.push(name);
    if (registry.trouble) throw registry.trouble;
  };

  return registry;
}

/** As the hub refuses it. */
function wrongName(content: JsonObject): string | undefined {
  return Object.keys(content).find((name) => name === '' || /[.$ ]/.test(name));
}
