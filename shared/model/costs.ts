import type { ActionName } from './actions';
import type { EntityName } from './entities';

/** What callers are limited in: requests, and what these set off beyond the service's own records. */
export const limited = ['requests', 'effects'] as const;
export type Limited = (typeof limited)[number];

/** Effects of a call: none, one, or one for so many ids in a parameter. */
export type Cost = 'none' | 'one' | { readonly idsIn: string; readonly each: number };

/** As many as the hub takes in one request. */
const inBulk = (idsIn: string): Cost => ({ idsIn, each: 100 });

/** What a call of an action sets off: requests to the hub, messages to devices, work for people. */
export const actionCosts: Readonly<Record<ActionName, Cost>> = {
  ccs_ActivateIoTDevice: inBulk('IoTDeviceIds'),
  ccs_CreateCase: 'one',
  ccs_CreateWorkOrder: 'one',
  ccs_DeactivateIoTDevice: inBulk('IoTDeviceIds'),
  ccs_ImportIoTDevices: inBulk('DeviceIds'),
  // A case for each message, perhaps.
  ccs_ReplayParkedMessages: { idsIn: 'ParkedMessageIds', each: 1 },
  ccs_UnregisterIoTDevice: inBulk('IoTDeviceIds'),
  // A message for each device.
  msdyn_IoTSendTestAlert: { idsIn: 'IoTDeviceIds', each: 1 },
  msdyn_JsonGetBoolean: 'none',
  msdyn_JsonGetNumber: 'none',
  msdyn_JsonGetString: 'none',
  msdyn_ParentIoTAlerts: 'none',
  msdyn_PullDataForIoTDevice: inBulk('IoTDeviceIds'),
  msdyn_RegisterCustomEntity: inBulk('EntityIds'),
  msdyn_RegisterIoTDevice: inBulk('IoTDeviceIds'),
};

/** Tables whose new records set something off, one effect each: a message to a device. */
export const costlyTables: ReadonlySet<EntityName> = new Set(['msdyn_iotdevicecommand']);
