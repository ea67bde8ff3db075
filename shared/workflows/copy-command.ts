import { whyNotTo } from '../domain/command';
import { makeId, placeInId, shardOf } from '../domain/ids';
import { commandStatus } from '../model/choices';
import type { Row } from '../model/edm';
import type { Command, Device } from '../model/entities';
import { devicesAround, placesOf } from './connected-places';
import type { Place } from './connected-places';
import { followed } from './followers';
import { inTurns } from './in-turns';
import type { WriteDeps } from './record-changes';
import { reviseRecord } from './revise-record';
import { createdBy } from '../domain/stamps';

const atOnce = 8;

/**
 * Makes the copies of a command that is for all connected devices: one for each other registered device of the asset
 * that was given, or of the records that the device is connected to. Their ids follow from the command's and the
 * device's, so that each is made once.
 */
export async function copyCommand(command: Command, deps: WriteDeps): Promise<void> {
  if (!command.msdyn_sendtoallconnecteddevices || typeof command.ccs_copies === 'number') return;
  const devices = await othersThan(command, deps);
  await inTurns(devices, atOnce, async (device) => {
    const row = copyFor(device, command, deps.now());
    const id = String(row['msdyn_iotdevicecommandid']);
    if (await deps.records.get('msdyn_iotdevicecommand', id)) return;
    await followed({ entity: 'msdyn_iotdevicecommand', id, after: row, set: row }, deps, async () =>
      deps.records.insert('msdyn_iotdevicecommand', row),
    );
  });
  const done = { ccs_copies: devices.length };
  await reviseRecord('msdyn_iotdevicecommand', command.msdyn_iotdevicecommandid!, () => done, deps);
}

/** The other registered devices, as they are connected now. */
async function othersThan(command: Command, { records, now }: WriteDeps): Promise<Device[]> {
  const { _msdyn_device_value: id, _msdyn_customerasset_value: asset } = command;
  const own = id ? await records.get('msdyn_iotdevice', id) : undefined;
  const places: Place[] = asset
    ? [{ table: 'msdyn_customerasset', id: asset }]
    : own
      ? await placesOf(own.row, records, now())
      : [];
  const found: Device[] = [];
  for (const place of places) found.push(...(await devicesAround(place, records, now())));
  const byId = new Map(found.map((device) => [device.msdyn_iotdeviceid, device]));
  return [...byId.values()].filter((device) => device.msdyn_iotdeviceid !== id && whyNotTo(device) === undefined);
}

function copyFor(device: Device, command: Command, now: number): Row {
  const parent = command.msdyn_iotdevicecommandid!;
  const seed = `copy of ${parent} for ${device.msdyn_iotdeviceid}`;
  const time = placeInId(parent)?.time ?? Date.parse(command.createdon!);
  const made = new Date(now).toISOString();
  return {
    msdyn_iotdevicecommandid: makeId({ time, shard: shardOf(seed), seed }),
    msdyn_name: command.msdyn_name,
    msdyn_message: command.msdyn_message,
    _msdyn_command_value: command._msdyn_command_value,
    _msdyn_device_value: device.msdyn_iotdeviceid,
    msdyn_deviceid: device.msdyn_deviceid,
    _msdyn_customerasset_value: command._msdyn_customerasset_value ?? device._ccs_customerasset_value,
    _ccs_parentcommand_value: parent,
    msdyn_sendtoallconnecteddevices: false,
    ccs_timetolive: command.ccs_timetolive,
    ccs_expireson: command.ccs_expireson,
    msdyn_commandstatus: commandStatus['In Progress'],
    statecode: command.statecode,
    statuscode: command.statuscode,
    ...createdBy(made),
  };
}
