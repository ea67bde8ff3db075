import { ServiceError } from '../domain/errors';
import { inProgress, notHandedOn, request } from '../domain/registration';
import type { Row } from '../model/edm';
import type { Device } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';
import { devicesAtOnce } from '../ports/registration-queue';
import type { RegistrationQueue } from '../ports/registration-queue';
import { inTurns } from './in-turns';

export interface RegisterDeps {
  records: RecordStore;
  registrations: RegistrationQueue;
  now(): number;
}

const atOnce = 16;
const attempts = 50;

/**
 * Asks for the registration of devices, by the ids of their records: marks each In Progress and hands the requests on.
 * Nothing happens when one of them does not exist. A request that cannot be handed on leaves its devices in Error, with a
 * message, and fails with `queue-unreachable`. Who was in progress for less than ten minutes is left alone, and who is
 * registered stays so.
 */
export async function registerDevices(ids: readonly string[], deps: RegisterDeps): Promise<void> {
  const devices = await findDevices(ids, deps.records);
  const now = deps.now();
  const asked: { id: string; started: boolean }[] = [];
  await inTurns(devices, atOnce, async (device) => {
    const id = idOf(device);
    const kind = await mark(device, now, deps.records);
    if (kind !== 'wait') asked.push({ id, started: kind === 'start' });
  });
  for (let from = 0; from < asked.length; from += devicesAtOnce) {
    try {
      await deps.registrations.add({
        devices: asked.slice(from, from + devicesAtOnce).map(({ id }) => id),
        requestedOn: new Date(now).toISOString(),
      });
    } catch (error) {
      const left = asked.slice(from).filter(({ started }) => started);
      await inTurns(left, atOnce, async ({ id }) => revise(id, deps, (device) => isOurs(device, now) && notHandedOn()));
      throw error;
    }
  }
}

/** The devices with these record ids; refused with `not-found` when one does not exist. */
export async function findDevices(ids: readonly string[], records: RecordStore): Promise<Stored[]> {
  const found: (Stored | undefined)[] = [];
  await inTurns(ids, atOnce, async (id, index) => {
    found[index] = await records.get('msdyn_iotdevice', id);
  });
  const missing = ids.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    const names = missing.slice(0, 5).map((id) => `msdyn_iotdevices(${id})`);
    const verb = missing.length === 1 ? 'does' : 'do';
    throw new ServiceError('not-found', `${names.join(', ')}${more} ${verb} not exist. Nothing was done.`);
  }
  return found.map((device) => device!);
}

async function mark(first: Stored, now: number, records: RecordStore) {
  let decision = request(first.row, now);
  if (decision.kind !== 'start') return decision.kind;
  await revise(
    idOf(first),
    { records, now: () => now },
    (device) => {
      decision = request(device, now);
      return decision.kind === 'start' && inProgress(now);
    },
    first,
  );
  return decision.kind;
}

/** Sets columns of a device as long as `change` answers some, for the device as it is by then. */
async function revise(
  id: string,
  { records, now }: Pick<RegisterDeps, 'records' | 'now'>,
  change: (device: Device) => Device | false,
  first?: Stored,
): Promise<void> {
  let stored = first ?? (await records.get('msdyn_iotdevice', id));
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const columns = stored && change(stored.row);
    if (!stored || !columns) return;
    const row: Row = { ...stored.row, ...columns, modifiedon: new Date(now()).toISOString() };
    if ((await records.replace('msdyn_iotdevice', row, stored.etag)).kind === 'replaced') return;
    stored = await records.get('msdyn_iotdevice', id);
  }
  throw new ServiceError(
    'precondition-failed',
    `msdyn_iotdevices(${id}) is changed by too many callers at once. Try again.`,
  );
}

/** Whether a device is still in progress because of the request made then. */
function isOurs(device: Device, then: number): boolean {
  return device.ccs_registrationrequestedon === new Date(then).toISOString() && request(device, then).kind === 'wait';
}

function idOf({ row }: Stored): string {
  return String(row['msdyn_iotdeviceid']);
}
