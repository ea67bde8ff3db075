import * as choices from '../choices';
import type { Entity } from '../edm';
import { active, choiceOr, createdAndModified, id, lookup, memo, plainStates, required, text } from './columns';

/** Messages to devices. */
export const commandTables = {
  msdyn_iotdevicecommand: {
    set: 'msdyn_iotdevicecommands',
    displayName: 'IoT Device Command',
    key: 'msdyn_iotdevicecommandid',
    primaryName: 'msdyn_name',
    stored: { table: 'commands', prefix: 'R' },
    states: active,
    columns: {
      msdyn_iotdevicecommandid: id('IoT Device Command'),
      msdyn_name: required(text('Name')),
      msdyn_message: memo('Message', 8192),
      msdyn_command: lookup(
        'Command',
        'msdyn_iotdevicecommanddefinition',
        'msdyn_Command',
        'msdyn_msdyn_iotdevicecommanddefinition_msdyn_iotdevicecommand_Command',
      ),
      msdyn_device: lookup(
        'Device',
        'msdyn_iotdevice',
        'msdyn_Device',
        'msdyn_msdyn_iotdevice_msdyn_iotdevicecommand_Device',
      ),
      msdyn_deviceid: text('Device ID'),
      msdyn_customerasset: lookup(
        'Customer Asset',
        'msdyn_customerasset',
        'msdyn_CustomerAsset',
        'msdyn_msdyn_customerasset_msdyn_iotdevicecommand_CustomerAsset',
      ),
      msdyn_parentalert: lookup(
        'Parent Alert',
        'msdyn_iotalert',
        'msdyn_ParentAlert',
        'msdyn_msdyn_iotalert_msdyn_iotdevicecommand_ParentAlert',
      ),
      msdyn_sendtoallconnecteddevices: { kind: 'boolean', label: 'Send to All Connected Devices', default: false },
      msdyn_commandstatus: choiceOr('Command Status', choices.commandStatus, choices.commandStatus['In Progress']),
      msdyn_commandstatusreason: memo('Command Status Reason', 2000),
      ...plainStates,
      ...createdAndModified,
    },
  },

  msdyn_iotdevicecommanddefinition: {
    set: 'msdyn_iotdevicecommanddefinitions',
    displayName: 'IoT Device Command Definition',
    key: 'msdyn_iotdevicecommanddefinitionid',
    primaryName: 'msdyn_name',
    stored: { table: 'commanddefinitions', prefix: 'R' },
    states: active,
    columns: {
      msdyn_iotdevicecommanddefinitionid: id('IoT Device Command Definition'),
      msdyn_name: required(text('Name')),
      ...plainStates,
      ...createdAndModified,
    },
  },
} as const satisfies Record<string, Entity>;
