import * as choices from '../choices';
import type { Entity } from '../edm';
import {
  active,
  choice,
  choiceOr,
  count,
  createdAndModified,
  fixed,
  id,
  lookup,
  memo,
  plainStates,
  readOnly,
  required,
  text,
  time,
  whole,
} from './columns';

/** The longest that a hub keeps a message for a device, in seconds. */
export const longestCommandLife = 172_800;

/**
 * Messages to devices. What is sent, and where to, is fixed by their creation; what became of it is written by the
 * service.
 */
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
      msdyn_message: fixed(memo('Message', 8192)),
      msdyn_command: fixed(
        lookup(
          'Command',
          'msdyn_iotdevicecommanddefinition',
          'msdyn_Command',
          'msdyn_msdyn_iotdevicecommanddefinition_msdyn_iotdevicecommand_Command',
        ),
      ),
      msdyn_device: fixed(
        lookup('Device', 'msdyn_iotdevice', 'msdyn_Device', 'msdyn_msdyn_iotdevice_msdyn_iotdevicecommand_Device'),
      ),
      msdyn_deviceid: fixed(text('Device ID')),
      msdyn_customerasset: fixed(
        lookup(
          'Customer Asset',
          'msdyn_customerasset',
          'msdyn_CustomerAsset',
          'msdyn_msdyn_customerasset_msdyn_iotdevicecommand_CustomerAsset',
        ),
      ),
      msdyn_parentalert: fixed(
        lookup(
          'Parent Alert',
          'msdyn_iotalert',
          'msdyn_ParentAlert',
          'msdyn_msdyn_iotalert_msdyn_iotdevicecommand_ParentAlert',
        ),
      ),
      msdyn_sendtoallconnecteddevices: fixed({
        kind: 'boolean',
        label: 'Send to All Connected Devices',
        default: false,
      } as const),
      ccs_parentcommand: readOnly(
        lookup(
          'Copied From',
          'msdyn_iotdevicecommand',
          'ccs_ParentCommand',
          'ccs_msdyn_iotdevicecommand_msdyn_iotdevicecommand_ParentCommand',
        ),
      ),
      ccs_copies: readOnly(count('Copies')),
      ccs_timetolive: fixed(whole('Time to Live (Seconds)', 1, longestCommandLife)),
      ccs_expireson: readOnly(time('Expires On')),
      msdyn_commandstatus: readOnly(
        choiceOr('Command Status', choices.commandStatus, choices.commandStatus['In Progress']),
      ),
      msdyn_commandstatusreason: readOnly(memo('Command Status Reason', 2000)),
      ccs_sendattempts: readOnly(count('Send Attempts')),
      ccs_sendattemptedon: readOnly(time('Send Attempted On')),
      ccs_settledon: readOnly(time('Sent or Failed On')),
      ccs_feedback: readOnly(choice('Feedback', choices.commandFeedback)),
      ccs_feedbackon: readOnly(time('Feedback On')),
      ...plainStates,
      ...createdAndModified('msdyn_iotdevicecommand'),
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
      ...createdAndModified('msdyn_iotdevicecommanddefinition'),
    },
  },
} as const satisfies Record<string, Entity>;
