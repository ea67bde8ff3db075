import type { Body } from '../api/web-api';

/** The message of a command, under the property names that devices of the connector know. */
export function messageOf(name: string, parameters: string): string {
  const given = parameters.trim() === '' ? {} : { Parameters: JSON.parse(parameters) as unknown };
  return JSON.stringify({ CommandName: name.trim(), ...given });
}

/** The record that makes the service send a command. */
export function commandBody({
  name,
  parameters,
  device,
  alert,
}: {
  name: string;
  parameters: string;
  device: string;
  alert: string | undefined;
}): Body {
  return {
    msdyn_name: name.trim(),
    msdyn_message: messageOf(name, parameters),
    'msdyn_Device@odata.bind': `/msdyn_iotdevices(${device})`,
    ...(alert !== undefined && { 'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${alert})` }),
  };
}
