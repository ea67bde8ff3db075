import { answered, lastCommand } from '../domain/command-effects';
import type { Command } from '../model/entities';
import type { WriteDeps } from './record-changes';
import { reviseRecord } from './revise-record';

/**
 * Shows a settled command on the alert that it answers, on its device and on its customer asset. Doing it again changes
 * nothing, nor does an earlier command after a later one.
 */
export async function tellOfCommand(command: Command, deps: WriteDeps): Promise<void> {
  const { _msdyn_parentalert_value: alert, _msdyn_device_value: device, _msdyn_customerasset_value: given } = command;
  if (alert) await reviseRecord('msdyn_iotalert', alert, (row) => answered(row, command), deps);
  const told = device
    ? await reviseRecord('msdyn_iotdevice', device, (row) => lastCommand(row, command), deps)
    : undefined;
  const asset = given ?? told?.['_ccs_customerasset_value'];
  if (typeof asset === 'string') {
    await reviseRecord('msdyn_customerasset', asset, (row) => lastCommand(row, command), deps);
  }
}
