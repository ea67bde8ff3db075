import { failed, whyNotTo } from '../domain/command';
import { composeMessage, keysIn } from '../domain/command-message';
import type { Row } from '../model/edm';
import type { Command } from '../model/entities';
import { iotSettings } from '../model/tables/settings';
import { targetOf } from './command-target';
import { readCommandDefinition } from './read-command-definition';
import type { WriteDeps } from './record-changes';

const usualLife = 3_600_000;

/**
 * A command as it is recorded: with its message, its device and the time at which it is too late. A message or a target
 * that is wrong is refused; a device to which nothing can be sent is not, but the command is in Error, with the reason.
 */
export async function completeCommand(row: Row, now: number, deps: WriteDeps): Promise<Row> {
  const command: Command = row;
  const { records } = deps;
  const { device, asset } = await targetOf(command, records, now);
  const settings = await records.get('msdyn_iotsettings', iotSettings);
  const definition = command._msdyn_command_value
    ? await readCommandDefinition(command._msdyn_command_value, records)
    : undefined;
  const message = composeMessage(command.msdyn_message ?? null, definition, keysIn(settings?.row));
  const life = command.ccs_timetolive ? 1000 * command.ccs_timetolive : (deps.commandLife ?? usualLife);
  const obstacle = whyNotTo(device);
  return {
    ...row,
    msdyn_message: message,
    _msdyn_device_value: device.msdyn_iotdeviceid,
    msdyn_deviceid: device.msdyn_deviceid,
    // One that is for all devices around it is not narrowed to the asset of the first.
    ...(!command.msdyn_sendtoallconnecteddevices && { _msdyn_customerasset_value: asset }),
    ccs_expireson: new Date(now + life).toISOString(),
    ...(obstacle !== undefined && failed(obstacle, now)),
  };
}
