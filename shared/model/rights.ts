import type { ActionName } from './actions';
import type { EntityName } from './entities';

/** App roles: what a token, or the setting of an access key, says of a caller. */
export const roles = ['IoT.Administrator', 'IoT.EndpointUser', 'IoT.Reader'] as const;
export type Role = (typeof roles)[number];

/** What can be done to records of a table. An upsert is both a creation and an update. */
export const operations = ['read', 'create', 'update', 'delete'] as const;
export type Operation = (typeof operations)[number];

const nobody = [] as const;
const administrators = ['IoT.Administrator'] as const;
const operators = ['IoT.Administrator', 'IoT.EndpointUser'] as const;
const everybody = roles;

type Rights = Readonly<Record<Operation, readonly Role[]>>;

/** Master data and tickets: whoever connects devices reads them. */
const keptByAdministrators = {
  read: everybody,
  create: administrators,
  update: administrators,
  delete: administrators,
} as const;
/** What is made and changed in the daily work with devices. */
const keptByOperators = { read: everybody, create: operators, update: operators, delete: administrators } as const;
/** Written by the service. */
const keptByService = { read: everybody, create: nobody, update: nobody, delete: administrators } as const;

/** Which role may do which operation on which table. A table without a row does not compile. */
export const tableRights: Readonly<Record<EntityName, Rights>> = {
  account: keptByAdministrators,
  systemuser: { ...keptByService, delete: nobody },
  msdyn_customerasset: keptByAdministrators,
  msdyn_iotdevicecategory: keptByAdministrators,
  msdyn_iotdevice: keptByOperators,
  msdyn_iotdeviceregistrationhistory: keptByAdministrators,
  msdyn_iotdevicedatahistory: keptByAdministrators,
  ccs_devicejob: keptByService,
  ccs_devicejobbatch: keptByService,
  msdyn_iotalert: keptByOperators,
  incident: keptByAdministrators,
  msdyn_workorder: keptByAdministrators,
  msdyn_iotdevicecommand: keptByOperators,
  msdyn_iotdevicecommanddefinition: keptByAdministrators,
  msdyn_iotpropertydefinition: keptByAdministrators,
  ccs_iotcommandparameter: keptByAdministrators,
  msdyn_iotsettings: keptByAdministrators,
  connectionrole: keptByAdministrators,
  connection: keptByOperators,
  // Messages as they came: nobody knows what is in them.
  ccs_parkedmessage: { read: operators, create: nobody, update: nobody, delete: administrators },
};

/** Which role may call which action. */
export const actionRights: Readonly<Record<ActionName, readonly Role[]>> = {
  ccs_ActivateIoTDevice: operators,
  ccs_CreateCase: administrators,
  ccs_CreateWorkOrder: administrators,
  ccs_DeactivateIoTDevice: operators,
  ccs_ImportIoTDevices: operators,
  ccs_ReplayParkedMessages: operators,
  ccs_UnregisterIoTDevice: operators,
  msdyn_IoTSendTestAlert: operators,
  // These three look at nothing but what they are sent.
  msdyn_JsonGetBoolean: everybody,
  msdyn_JsonGetNumber: everybody,
  msdyn_JsonGetString: everybody,
  msdyn_ParentIoTAlerts: operators,
  msdyn_PullDataForIoTDevice: operators,
  msdyn_RegisterCustomEntity: operators,
  msdyn_RegisterIoTDevice: operators,
};
