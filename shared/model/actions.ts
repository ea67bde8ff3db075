import type { EntityName } from './entities';

/** A parameter of an action. */
export interface Parameter {
  name: string;
  type: 'Edm.Boolean' | 'Edm.Decimal' | 'Edm.Int32' | 'Edm.String';
  /** A parameter that is not nullable must be sent, and not as null; a nullable one may be left out. */
  nullable: boolean;
  description: string;
}

/** What an action answers: a complex type, mostly with one property. */
export type ActionResult = {
  /** Name of the complex type, without the namespace. */
  type: string;
} & (
  | { property: { name: string; type: 'Edm.Boolean' | 'Edm.Decimal' | 'Edm.Guid' | 'Edm.String'; nullable: false } }
  /** With `nullable` the answer may also be 204 without a body. */
  | { properties: readonly Field[]; nullable: boolean }
);

/** A property of a complex type; a collection's type names a complex type. */
export interface Field {
  name: string;
  type: `Edm.${string}` | `Collection(${string})`;
  nullable: boolean;
}

/** Complex types that results are made of. */
export const complexTypes = {
  ccs_DeviceOutcome: [
    { name: 'IoTDeviceId', type: 'Edm.Guid', nullable: true },
    { name: 'DeviceId', type: 'Edm.String', nullable: true },
    { name: 'Outcome', type: 'Edm.String', nullable: false },
    { name: 'Reason', type: 'Edm.String', nullable: false },
  ],
  ccs_ReplayOutcome: [
    { name: 'ccs_parkedmessageid', type: 'Edm.Guid', nullable: false },
    { name: 'Outcome', type: 'Edm.String', nullable: false },
    { name: 'Alerts', type: 'Edm.Int32', nullable: false },
    { name: 'Reason', type: 'Edm.String', nullable: false },
  ],
} as const satisfies Record<string, readonly Field[]>;

/** The properties of a result. */
export function fieldsOf(result: ActionResult): readonly Field[] {
  return 'property' in result ? [result.property] : result.properties;
}

/** An action of the connector, in the namespace `Microsoft.Dynamics.CRM`. */
export interface Action {
  displayName: string;
  description: string;
  /** The table to whose records it is bound; null for an action that is called by its name alone. */
  boundTo: EntityName | null;
  parameters: readonly Parameter[];
  /** Null when the answer is 204 without a body. */
  result: ActionResult | null;
}

const required = { nullable: false } as const;
const optional = { nullable: true } as const;

const value = <T extends string, E extends string>(type: T, edm: E) =>
  ({ type, property: { name: 'Value', type: edm, nullable: false } }) as const;

const json = { name: 'Json', type: 'Edm.String', ...optional, description: 'JSON to examine, as a text.' } as const;
const propertyPath = {
  name: 'PropertyPath',
  type: 'Edm.String',
  ...required,
  description: "Name of a property, or a path to one: a.b, a[0].b, ['a']['b'], $.a or a/b. Letter case matters.",
} as const;
const fallback = <E extends string>(type: E) =>
  ({
    name: 'DefaultReturnValue',
    type,
    ...optional,
    description: 'The answer when nothing usable is found there.',
  }) as const;

const ioTDeviceIds = {
  name: 'IoTDeviceIds',
  type: 'Edm.String',
  ...required,
  description: 'Ids of IoT Device records (not Device IDs), separated by commas; at most 20,000.',
} as const;
const dryRun = {
  name: 'DryRun',
  type: 'Edm.Boolean',
  ...optional,
  description: 'True: say for each device what would happen and why, and change nothing.',
} as const;

/** What would happen. */
const foreseen = [
  { name: 'Devices', type: 'Edm.Int32', nullable: false },
  { name: 'Affected', type: 'Edm.Int32', nullable: false },
  { name: 'Outcomes', type: 'Collection(ccs_DeviceOutcome)', nullable: false },
] as const;

/** What was begun, or with a dry run: what would happen. */
const jobBegun = <T extends string, N extends boolean>(type: T, nullable: N) =>
  ({
    type,
    nullable,
    properties: [{ name: 'ccs_devicejobid', type: 'Edm.Guid', nullable: true }, ...foreseen],
  }) as const;

/**
 * Every action of the Web API by its name. Each has its story in the file of `functions/` with the same name; what bodies
 * are accepted, `$metadata` and the documentation follow from these rows. Names and types are those of the IoT connector
 * of Dynamics 365; actions with the prefix `ccs_` are this project's own.
 */
export const actions = {
  ccs_ActivateIoTDevice: {
    displayName: 'IoT - Activate Device',
    description:
      'Enables the identities of devices; their keys stay as they are. Those that are being registered are registered first. The device job says how far it is and what became of each.',
    boundTo: null,
    parameters: [ioTDeviceIds, dryRun],
    result: jobBegun('ccs_ActivateIoTDeviceResponse', false),
  },

  ccs_CreateCase: {
    displayName: 'IoT - Create Case from Alert',
    description: 'Opens a case for a primary alert that has none, whatever the alert or its category would open.',
    boundTo: 'msdyn_iotalert',
    parameters: [],
    result: {
      type: 'ccs_CreateCaseResponse',
      property: { name: 'incidentid', type: 'Edm.Guid', nullable: false },
    },
  },

  ccs_CreateWorkOrder: {
    displayName: 'IoT - Create Work Order from Alert',
    description: 'Opens a work order for a primary alert that has none, also when it has a case already.',
    boundTo: 'msdyn_iotalert',
    parameters: [],
    result: {
      type: 'ccs_CreateWorkOrderResponse',
      property: { name: 'msdyn_workorderid', type: 'Edm.Guid', nullable: false },
    },
  },

  ccs_DeactivateIoTDevice: {
    displayName: 'IoT - Deactivate Device',
    description:
      'Disables the identities of devices, so that they cannot connect; their records become inactive and stay Registered. Those that are being registered are registered first.',
    boundTo: null,
    parameters: [ioTDeviceIds, dryRun],
    result: jobBegun('ccs_DeactivateIoTDeviceResponse', false),
  },

  ccs_ImportIoTDevices: {
    displayName: 'IoT - Import Devices',
    description:
      'Brings in devices that were created in the IoT Hub. Those with a record are brought up to date; what people entered stays.',
    boundTo: null,
    parameters: [
      {
        name: 'DeviceIds',
        type: 'Edm.String',
        ...optional,
        description: 'Device IDs, separated by commas; all devices of the hub when it is left out.',
      },
      dryRun,
    ],
    result: jobBegun('ccs_ImportIoTDevicesResponse', false),
  },

  ccs_ReplayParkedMessages: {
    displayName: 'IoT - Replay Parked Messages',
    description:
      'Sends parked messages through rules, groups and responses as they are now, each once; what is understood goes away, the rest says why not.',
    boundTo: null,
    parameters: [
      {
        name: 'ParkedMessageIds',
        type: 'Edm.String',
        ...required,
        description: 'Ids of Parked Message records, separated by commas; at most 1,000.',
      },
    ],
    result: {
      type: 'ccs_ReplayParkedMessagesResponse',
      nullable: false,
      properties: [
        { name: 'Messages', type: 'Edm.Int32', nullable: false },
        { name: 'Replayed', type: 'Edm.Int32', nullable: false },
        { name: 'Outcomes', type: 'Collection(ccs_ReplayOutcome)', nullable: false },
      ],
    },
  },

  ccs_UnregisterIoTDevice: {
    displayName: 'IoT - Unregister Device',
    description:
      'Deletes the identities of devices from the IoT Hub, with their keys and twins; their records stay, Unknown until it is done.',
    boundTo: null,
    parameters: [ioTDeviceIds, dryRun],
    result: jobBegun('ccs_UnregisterIoTDeviceResponse', false),
  },

  msdyn_IoTSendTestAlert: {
    displayName: 'IoT - Send Test Alert',
    description:
      'Sends one message of type Test to the hub as each device; it comes back as an alert that opens nothing.',
    boundTo: null,
    parameters: [
      {
        name: 'IoTDeviceIds',
        type: 'Edm.String',
        ...required,
        description: 'Ids of IoT Device records (not Device IDs), separated by commas.',
      },
    ],
    result: null,
  },

  msdyn_JsonGetBoolean: {
    displayName: 'JSON-based Field Value - Get Boolean',
    description: 'Reads true or false from a JSON text.',
    boundTo: null,
    parameters: [json, propertyPath, fallback('Edm.Boolean')],
    result: value('msdyn_JsonGetBooleanResponse', 'Edm.Boolean'),
  },

  msdyn_JsonGetNumber: {
    displayName: 'JSON-based Field Value - Get Number',
    description: 'Reads a number from a JSON text, with its decimal digits as they stand there.',
    boundTo: null,
    parameters: [json, propertyPath, fallback('Edm.Decimal')],
    result: value('msdyn_JsonGetNumberResponse', 'Edm.Decimal'),
  },

  msdyn_JsonGetString: {
    displayName: 'JSON-based Field Value - Get String',
    description: 'Reads a text from a JSON text; other values as JSON.',
    boundTo: null,
    parameters: [json, propertyPath, fallback('Edm.String')],
    result: value('msdyn_JsonGetStringResponse', 'Edm.String'),
  },

  msdyn_ParentIoTAlerts: {
    displayName: 'IoT - Debounce IoT Alerts',
    description: 'Puts a primary alert under an earlier open one of its group, if that is not older than the timespan.',
    boundTo: 'msdyn_iotalert',
    parameters: [
      {
        name: 'TimespanSeconds',
        type: 'Edm.Int32',
        ...required,
        description: 'Length of the time window in seconds: 60 to 180, unless the service is set up otherwise.',
      },
    ],
    result: null,
  },

  msdyn_PullDataForIoTDevice: {
    displayName: 'IoT - Pull Device Data',
    description:
      'Asks for what the hub knows of devices: reported properties, connection state, last activity; each device gets one row in its data history.',
    boundTo: null,
    parameters: [
      {
        name: 'IoTDeviceIds',
        type: 'Edm.String',
        ...required,
        description: 'Ids of IoT Device records (not Device IDs), separated by commas.',
      },
      dryRun,
    ],
    result: { type: 'msdyn_PullDataForIoTDeviceResponse', nullable: true, properties: foreseen },
  },

  msdyn_RegisterCustomEntity: {
    displayName: 'IoT - Register Custom Entity',
    description: 'Registers the devices that records are connected to; records without one get one, connected to them.',
    boundTo: null,
    parameters: [
      {
        name: 'EntityIds',
        type: 'Edm.String',
        ...required,
        description: 'Ids of the records, separated by commas.',
      },
      {
        name: 'EntityLogicalName',
        type: 'Edm.String',
        ...required,
        description: 'Logical name of the table of these records, e.g. msdyn_customerasset.',
      },
      {
        name: 'DeviceIds',
        type: 'Edm.String',
        ...optional,
        description: 'Device IDs for the devices to create, in the order of EntityIds, separated by commas.',
      },
      {
        name: 'Names',
        type: 'Edm.String',
        ...optional,
        description: 'Names for the devices to create, in the order of EntityIds, separated by commas.',
      },
      dryRun,
    ],
    result: jobBegun('msdyn_RegisterCustomEntityResponse', true),
  },

  msdyn_RegisterIoTDevice: {
    displayName: 'IoT - Register Device',
    description:
      'Registers devices with the IoT Hub; they are In Progress until it is done. `Location` leads to the device job, which says how far it is.',
    boundTo: null,
    parameters: [ioTDeviceIds, dryRun],
    result: jobBegun('msdyn_RegisterIoTDeviceResponse', true),
  },
} as const satisfies Record<string, Action>;

/** Name of an action, e.g. `msdyn_RegisterIoTDevice`. */
export type ActionName = keyof typeof actions;

/** The action's row, seen as data. */
export function action(name: ActionName): Action {
  return actions[name];
}

type ValueOf<P extends Parameter> = {
  'Edm.Boolean': boolean;
  'Edm.Decimal': string;
  'Edm.Int32': number;
  'Edm.String': string;
}[P['type']];

/** The parameters of a call, checked: decimals as the digits that were sent, what was left out or null as null. */
export type ArgumentsOf<N extends ActionName> = {
  [P in (typeof actions)[N]['parameters'][number] as P['name']]: P['nullable'] extends true
    ? ValueOf<P> | null
    : ValueOf<P>;
};
