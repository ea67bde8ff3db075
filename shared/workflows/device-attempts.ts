import type { TwinPart } from '../domain/device-twin';
import { done, failed, isBeingRegistered, notThere } from '../domain/registration';
import type { Attempt, DeviceAction } from '../domain/registration';
import { oursIn, twinPatch, wantedIn } from '../domain/twin-sync';
import type { Device } from '../model/entities';
import type { DeviceRegistry, Identity, Refusal } from '../ports/device-registry';
import { inTurns } from './in-turns';

/** A device as the hub is to have it; it has a Device ID. */
export type HubDevice = Device & { msdyn_deviceid: string };

/** How it ended, by Device ID. */
type Attempts = Map<string, Attempt>;

/** Does an action in the hub. `again`: it may have been begun before, so that one must see first what is done. */
export type TryIt = (devices: readonly HubDevice[], hub: DeviceRegistry, again: boolean) => Promise<Attempts>;

const twinsAtOnce = 8;

/** What the actions do in the hub. Each can be repeated: what is so already counts as done. */
export const attempts: Readonly<Record<DeviceAction, TryIt>> = {
  Register: async (devices, hub, again) => {
    const twins = new Map(devices.map((device) => [device.msdyn_deviceid, twinOf(device)]));
    const known = again ? await identities([...twins.keys()], hub) : new Map<string, Identity>();
    const missing = [...twins].flatMap(([deviceId, { wanted }]) =>
      known.has(deviceId) ? [] : { deviceId, ...wanted },
    );
    const refusals = missing.length === 0 ? new Map<string, Refusal>() : await hub.create(missing);
    const result: Attempts = new Map();
    const existing: string[] = [];
    for (const { deviceId } of missing) {
      const refusal = refusals.get(deviceId);
      if (!refusal) result.set(deviceId, { ...done('registered'), twin: twins.get(deviceId)!.wanted });
      else if (refusal.kind === 'exists') existing.push(deviceId);
      else result.set(deviceId, failed(`The IoT Hub refused it: ${refusal.message}. ${advice}`));
    }
    for (const [id, identity] of await certainly(existing, hub, again)) known.set(id, identity);
    for (const id of existing)
      if (!known.has(id)) result.set(id, failed(`The IoT Hub has it, but hides it. ${advice}`));
    for (const [id, attempt] of await adopt([...known.values()], twins, hub)) result.set(id, attempt);
    return result;
  },

  Unregister: async (devices, hub) => {
    const ids = devices.map(({ msdyn_deviceid: id }) => id);
    const refusals = await hub.remove(ids);
    return outcomes(ids, refusals, (refusal) =>
      refusal?.kind === 'missing'
        ? done('unregistered', 'The IoT Hub did not have it (any more).')
        : refusal === undefined
          ? done('unregistered')
          : { ...refused(refusal), isThere: true },
    );
  },

  Activate: async (devices, hub) => setEnabled(devices, hub, true),
  Deactivate: async (devices, hub) => setEnabled(devices, hub, false),
};

const advice = 'Correct the device and register it again.';

async function identities(ids: readonly string[], hub: DeviceRegistry): Promise<Map<string, Identity>> {
  const found = ids.length === 0 ? [] : await hub.find(ids);
  return new Map(found.map((identity) => [identity.deviceId, identity]));
}

/** Identities that are there, as creating them has shown. A query may lag, so what it does not show is looked up. */
async function certainly(ids: readonly string[], hub: DeviceRegistry, asked: boolean): Promise<Map<string, Identity>> {
  const found = asked ? new Map<string, Identity>() : await identities(ids, hub);
  const hidden = ids.filter((id) => !found.has(id));
  await inTurns(hidden, 1, async (id) => {
    const identity = await hub.look(id);
    if (identity) found.set(id, identity);
  });
  return found;
}

/** What a device's twin is to hold, and what it may hold of ours from before. */
interface Twin {
  wanted: TwinPart;
  ours: TwinPart;
}

const twinOf = (device: HubDevice): Twin => ({ wanted: wantedIn(device), ours: oursIn(device) });

/**
 * Takes identities over that are there: enabled, their keys as they are, in their twins what the devices' records say in place
 * of what was ours before. What others put there stays.
 */
async function adopt(present: readonly Identity[], twins: ReadonlyMap<string, Twin>, hub: DeviceRegistry) {
  const disabled = present.filter(({ enabled }) => !enabled).map(({ deviceId }) => deviceId);
  const refusals = new Map(disabled.length === 0 ? [] : await hub.setEnabled(disabled, true));
  const stale = present.flatMap((identity) => {
    const { wanted, ours } = twins.get(identity.deviceId)!;
    const patch = refusals.has(identity.deviceId) ? undefined : twinPatch(identity, wanted, ours);
    return patch ? { deviceId: identity.deviceId, patch } : [];
  });
  await inTurns(stale, twinsAtOnce, async ({ deviceId, patch }) => {
    const refusal = await hub.updateTwin(deviceId, patch);
    if (refusal) refusals.set(deviceId, refusal);
  });
  const ids = present.map(({ deviceId }) => deviceId);
  return outcomes(ids, refusals, (refusal, id) =>
    refusal
      ? undefined
      : { ...done('registered', 'The IoT Hub had it already: it keeps its keys.'), twin: twins.get(id)!.wanted },
  );
}

/**
 * Enables or disables identities. A registration that this has overtaken is made up for first, so that whoever asked for
 * both gets both.
 */
async function setEnabled(devices: readonly HubDevice[], hub: DeviceRegistry, enabled: boolean): Promise<Attempts> {
  const unregistered = devices.filter(isBeingRegistered);
  const registered: Attempts = unregistered.length === 0 ? new Map() : await attempts.Register(unregistered, hub, true);
  const ids = devices.flatMap(({ msdyn_deviceid: id }) => (registered.get(id)?.succeeded === false ? [] : id));
  const present = await identities(ids, hub);
  // What the query does not show may have been created a moment ago: changing it will tell.
  const others = ids.filter((id) => present.get(id)?.enabled !== enabled);
  const refusals = others.length === 0 ? new Map<string, Refusal>() : await hub.setEnabled(others, enabled);
  const word = enabled ? 'activated' : 'deactivated';
  const changed = outcomes(ids, refusals, (refusal, id) => {
    if (refusal?.kind === 'missing') return notThere;
    if (refusal) return undefined;
    const { twin } = registered.get(id) ?? {};
    if (twin) return { ...done(word, 'It was registered first, as had been asked for before.'), twin };
    return done(word, others.includes(id) ? null : `It was ${word} already.`);
  });
  return new Map([...registered, ...changed]);
}

/** An attempt for each; a refusal of which nothing better is said is a failure. */
function outcomes(
  ids: readonly string[],
  refusals: ReadonlyMap<string, Refusal>,
  say: (refusal: Refusal | undefined, id: string) => Attempt | undefined,
): Attempts {
  return new Map(
    ids.map((id) => {
      const refusal = refusals.get(id);
      return [id, say(refusal, id) ?? refused(refusal)];
    }),
  );
}

const refused = (refusal: Refusal | undefined) => failed(`The IoT Hub refused it: ${refusal?.message}. Try again.`);
