import * as choices from '../choices';
import type { Entity } from '../edm';
import {
  active,
  choiceOr,
  createdAndModified,
  fixed,
  id,
  lookup,
  memo,
  plainStates,
  required,
  text,
  whole,
} from './columns';

/** What commands carry: typed values, and which of them a command definition takes. */
export const parameterTables = {
  msdyn_iotpropertydefinition: {
    set: 'msdyn_iotpropertydefinitions',
    displayName: 'IoT Property Definition',
    key: 'msdyn_iotpropertydefinitionid',
    primaryName: 'msdyn_name',
    stored: { table: 'propertydefinitions', prefix: 'R' },
    states: active,
    columns: {
      msdyn_iotpropertydefinitionid: id('IoT Property Definition'),
      msdyn_name: required(text('Name')),
      msdyn_type: required(choiceOr('Type', choices.propertyType, choices.propertyType.String)),
      msdyn_parentproperty: lookup(
        'Parent Property',
        'msdyn_iotpropertydefinition',
        'msdyn_ParentProperty',
        'msdyn_msdyn_iotpropertydefinition_msdyn_iotpropertydefinition_ParentProperty',
      ),
      msdyn_editable: { kind: 'boolean', label: 'Editable', default: true },
      msdyn_visible: { kind: 'boolean', label: 'Visible', default: true },
      msdyn_unit: text('Unit'),
      msdyn_additionalproperties: memo('Additional Properties', 2000),
      ...plainStates,
      ...createdAndModified('msdyn_iotpropertydefinition'),
    },
  },

  ccs_iotcommandparameter: {
    set: 'ccs_iotcommandparameters',
    displayName: 'IoT Command Parameter',
    key: 'ccs_iotcommandparameterid',
    primaryName: 'ccs_name',
    stored: { table: 'commandparameters', prefix: 'R' },
    states: active,
    columns: {
      ccs_iotcommandparameterid: id('IoT Command Parameter'),
      ccs_name: text('Name'),
      ccs_command: fixed(
        required(
          lookup(
            'Command',
            'msdyn_iotdevicecommanddefinition',
            'ccs_Command',
            'ccs_msdyn_iotdevicecommanddefinition_ccs_iotcommandparameter_Command',
          ),
        ),
      ),
      ccs_property: fixed(
        required(
          lookup(
            'Property',
            'msdyn_iotpropertydefinition',
            'ccs_Property',
            'ccs_msdyn_iotpropertydefinition_ccs_iotcommandparameter_Property',
          ),
        ),
      ),
      ccs_required: { kind: 'boolean', label: 'Required', default: false },
      ccs_position: whole('Position', 0, 1_000),
      ...plainStates,
      ...createdAndModified('ccs_iotcommandparameter'),
    },
  },
} as const satisfies Record<string, Entity>;
