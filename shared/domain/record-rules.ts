import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';
import type { Property } from '../model/properties';
import { wrongInKeys } from './command-message';
import { ServiceError } from './errors';
import { wrongInDefinition } from './property-definition';
import { parseRules } from './rules';
import { wrongInTwin } from './twin-rules';

/** What IoT Hub allows in a device id, without the comma, which separates ids in the lists that actions take. */
const deviceId = /^[A-Za-z0-9\-:.+%_#*?!()=@;$']{1,100}$/;

/** Rules on columns beyond their kind; each returns what is wrong. */
const checks: Partial<Record<EntityName, Readonly<Record<string, (value: string) => string | undefined>>>> = {
  msdyn_iotdevice: {
    msdyn_deviceid: deviceIdProblem,
    msdyn_tags: (value) => wrongInTwin(value, 'tags'),
    msdyn_devicesettings: (value) => wrongInTwin(value, 'desired'),
  },
  msdyn_iotdevicecategory: {
    ccs_rules: (value) => {
      const rules = parseRules(value);
      return rules.kind === 'invalid' ? `cannot be used: ${rules.reason}` : undefined;
    },
  },
};

/** Rules on several columns of a record at once. */
const wholeChecks: Partial<Record<EntityName, (row: Row) => string | undefined>> = {
  msdyn_iotpropertydefinition: wrongInDefinition,
  msdyn_iotsettings: wrongInKeys,
};

/** Refuses a change of what was fixed when the record was created; the same value again is none. */
export function checkFixed(name: EntityName, before: Row, changed: Row): void {
  for (const { name: property, column } of propertiesOf(name).values()) {
    if (!column.fixed || !(property in changed)) continue;
    if ((changed[property] ?? null) === (before[property] ?? null)) continue;
    const { set, displayName } = entity(name);
    throw new ServiceError(
      'read-only-property',
      `${property} (${column.label}) of ${set} is set when the record is created and cannot change. Create another ${displayName}.`,
    );
  }
}

/** Refuses a record that lacks a required value, or breaks a rule of its table in one of the `changed` properties. */
export function checkRecord(name: EntityName, row: Row, changed: Row): void {
  for (const { name: property, column } of requiredIn(name)) {
    if ((row[property] ?? null) !== null) continue;
    const how =
      column.kind === 'lookup' ? `Bind it with "${column.targets[0]!.navigation}@odata.bind".` : 'Send a value.';
    throw new ServiceError('invalid-value', `${property} (${column.label}) of ${entity(name).set} is required. ${how}`);
  }
  for (const [property, check] of Object.entries(checks[name] ?? {})) {
    const value = changed[property];
    const wrong = typeof value === 'string' ? check(value) : undefined;
    if (wrong !== undefined) throw new ServiceError('invalid-value', `${property} ${wrong}`);
  }
  const wrong = wholeChecks[name]?.(row);
  if (wrong !== undefined) throw new ServiceError('invalid-value', wrong);
}

const required = new Map<EntityName, readonly Property[]>();

/** The columns that a caller must give. */
function requiredIn(name: EntityName): readonly Property[] {
  let found = required.get(name);
  if (!found) {
    found = [...propertiesOf(name).values()].filter(({ column }) => column.required && !column.readOnly);
    required.set(name, found);
  }
  return found;
}

/** Whether records of a table are written by the service alone: no column of its own can be set. */
export function isServiceOwned(name: EntityName): boolean {
  const own = Object.entries(entity(name).columns).filter(
    ([logicalName, column]) => column.kind !== 'id' && logicalName !== 'statecode' && logicalName !== 'statuscode',
  );
  return own.every(([, column]) => column.readOnly === true);
}

/** What is wrong with a Device ID, if something is. */
export function deviceIdProblem(value: string): string | undefined {
  if (deviceId.test(value)) return undefined;
  return "may hold 1 to 100 of the characters A-Z a-z 0-9 - : . + % _ # * ? ! ( ) = @ ; $ '";
}
