import type { MessageKeys } from '../../shared/domain/command-message';
import type { Body } from '../api/web-api';

/** The message of a command, under the keys that the service's settings say. */
export function messageOf(name: string, parameters: string, keys: MessageKeys): string {
  const given = parameters.trim() === '' ? {} : { [keys.parameters]: JSON.parse(parameters) as unknown };
  return JSON.stringify({ [keys.name]: name.trim(), ...given });
}

export interface CommandDraft {
  name: string;
  /** JSON, or empty. */
  parameters: string;
  /** The id of the command's definition, against which the service checks the parameters. */
  definition?: string | undefined;
  /** The id of the device's record. */
  device: string;
  /** Also every registered device that is connected to what this one is connected to. */
  toAll: boolean;
  alert?: string | undefined;
}

/** The record that makes the service send a command. */
export function commandBody(draft: CommandDraft, keys: MessageKeys): Body {
  const { name, parameters, definition, device, toAll, alert } = draft;
  return {
    msdyn_name: name.trim(),
    msdyn_message: messageOf(name, parameters, keys),
    msdyn_sendtoallconnecteddevices: toAll,
    'msdyn_Device@odata.bind': `/msdyn_iotdevices(${device})`,
    ...(definition !== undefined && {
      'msdyn_Command@odata.bind': `/msdyn_iotdevicecommanddefinitions(${definition})`,
    }),
    ...(alert !== undefined && { 'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${alert})` }),
  };
}
