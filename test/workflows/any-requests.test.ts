import fc from 'fast-check';
import { ServiceError } from '../../shared/domain/errors';
import type { DeviceAction } from '../../shared/domain/registration';
import { registrationStatus } from '../../shared/model/choices';
import type { DeviceRegistry } from '../../shared/ports/device-registry';
import { runDeviceBatch } from '../../shared/workflows/run-device-batch';
import { deviceJobs } from '../kit/device-jobs';
import { all } from '../kit/ingestion';

/*
 * Requests for a few devices, taken up in any order and more than once, while the hub goes away in between.
 */

/** More, and others: `LIVES=5000 SEED=2 npx jest any-requests`. */
const numRuns = Number(process.env['LIVES'] ?? 300);
const seed = Number(process.env['SEED'] ?? 1);

const away = new ServiceError('hub-unreachable', 'The IoT Hub cannot be reached.');
const actions: readonly DeviceAction[] = ['Register', 'Register', 'Unregister', 'Activate', 'Deactivate'];
const labels = ['a', 'b', 'c'];

const request = fc.record({
  action: fc.constantFrom(...actions),
  devices: fc.subarray([0, 1, 2], { minLength: 1 }),
});
const step = fc.oneof(
  fc.record({ does: fc.constant('ask' as const), request }),
  fc.record({
    does: fc.constant('take' as const),
    which: fc.nat(20),
    /** After so many calls the hub is away, until the next step. */
    calls: fc.option(fc.nat(3)),
    keeps: fc.boolean(),
    /** What is asked for when the hub has answered the first call. */
    meanwhile: fc.option(request),
  }),
);
type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Request = Of<typeof request>;
type Step = Of<typeof step>;
type Taking = Omit<Extract<Step, { does: 'take' }>, 'does'>;

/** A registry that does something else once before it answers for the first time. */
function afterFirstCall(hub: DeviceRegistry, work: () => Promise<void>): DeviceRegistry {
  let isFirst = true;
  return new Proxy(hub, {
    get: (target, name: keyof DeviceRegistry) => {
      const call = target[name] as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        const answer = await call(...given);
        if (isFirst) {
          isFirst = false;
          await work();
        }
        return answer;
      };
    },
  });
}

async function lead(steps: readonly Step[]) {
  const world = deviceJobs();
  const ids: string[] = [];
  for (const label of labels) ids.push(await world.device(label, label === 'c' ? { msdyn_deviceid: null } : {}));
  const asked = ids.map((): DeviceAction[] => []);
  const ask = async ({ action, devices }: Request) => {
    await world.ask(
      action,
      devices.map((device) => ids[device]!),
    );
    for (const device of devices) asked[device]!.push(action);
  };
  const take = async ({ which, calls, keeps, meanwhile }: Taking) => {
    const { messages } = world.queue;
    const [message] = messages.splice(which % Math.max(1, messages.length), 1);
    if (!message) return;
    if (keeps) messages.push(message);
    let left = calls ?? Infinity;
    Object.defineProperty(world.hub, 'trouble', { configurable: true, get: () => (left-- > 0 ? undefined : away) });
    const hub = meanwhile ? afterFirstCall(world.hub, async () => ask(meanwhile)) : world.hub;
    await runDeviceBatch(message, { ...world.deps, hub });
    delete world.hub.trouble;
  };
  for (const each of steps) {
    if (each.does === 'ask') await ask(each.request);
    else await take(each);
  }
  for (let more = 0; world.queue.messages.length > 0 && more < 200; more += 1) {
    // Somebody's lease may have to run out first.
    world.clock.now += 1_000;
    await take({ which: 0, calls: null, keeps: false, meanwhile: null });
  }
  return { world, ids, asked };
}

/** How a device must end that was asked for this. Activating asks nothing of the hub for a device that it does not have. */
function endOf(asked: readonly DeviceAction[]): { isRegistered: boolean; enabled?: boolean } | undefined {
  const last = asked.findLast((action) => action === 'Register' || action === 'Unregister');
  if (last === undefined) return { isRegistered: false };
  if (asked.at(-1) === 'Unregister') return { isRegistered: false };
  // What came after it may have come before it was carried out, which is then not done any more.
  if (last === 'Unregister') return undefined;
  return { isRegistered: true, enabled: asked.at(-1) !== 'Deactivate' };
}

test('whatever is asked for, and in whatever order it is carried out, the last wins and nothing stays on its way', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 25 }), async (steps) => {
    const { world, ids, asked } = await lead(steps);
    const batches = await all(world.records, 'ccs_devicejobbatch');
    const history = await world.history();
    for (const [index, id] of ids.entries()) {
      const device = await world.deviceNow(id);
      const identity = world.hub.identities.get(device.msdyn_deviceid ?? '');
      const isRegistered = device.msdyn_registrationstatus === registrationStatus.Registered;
      expect(device.msdyn_registrationstatus).not.toBe(registrationStatus['In Progress']);
      const end = endOf(asked[index]!);
      expect({ isRegistered, enabled: identity?.enabled }).toEqual({
        isRegistered: identity !== undefined,
        enabled: isRegistered ? device.statecode !== 1 : undefined,
      });
      if (end) expect({ isRegistered, enabled: identity?.enabled }).toMatchObject(end);
      const told = history.filter((row) => row['_msdyn_device_value'] === id);
      expect(told).toHaveLength(batches.filter((row) => String(row['ccs_devices']).includes(id)).length);
    }
    for (const job of await all(world.records, 'ccs_devicejob')) {
      expect(job).toMatchObject({ statecode: 1, ccs_finished: job['ccs_total'] });
    }
    expect(await world.openJobs()).toEqual([]);
  });
  await fc.assert(property, { numRuns, seed, endOnFailure: false });
});
