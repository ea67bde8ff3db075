import type { CommandDefinition } from '../domain/command-message';
import type { CommandParameter } from '../domain/command-parameters';
import { ServiceError } from '../domain/errors';
import type { PropertyDefinition } from '../domain/property-definition';
import { plainState, propertyType } from '../model/choices';
import type { Row } from '../model/edm';
import type { EntityRecord } from '../model/entities';
import type { RecordStore } from '../ports/record-store';
import { everyRecord } from './every-record';

type Link = EntityRecord<'ccs_iotcommandparameter'>;

/** Objects in objects; deeper ones are circles, or nobody's wish. */
const deepest = 10;

/**
 * A command definition with its parameters, in the order of their positions and names. Inactive records count as
 * absent.
 */
export async function readCommandDefinition(id: string, records: RecordStore): Promise<CommandDefinition> {
  const definition = (await records.get('msdyn_iotdevicecommanddefinition', id))?.row;
  const where = `msdyn_iotdevicecommanddefinitions(${id})`;
  if (definition?.['statecode'] !== plainState.Active) throw refused(`The command definition ${where} is not active.`);
  const links: Link[] = await active(records, 'ccs_iotcommandparameter', '_ccs_command_value', id);
  const read = await Promise.all(
    links.map(async (link): Promise<(CommandParameter & { position: number }) | undefined> => {
      const found = await records.get('msdyn_iotpropertydefinition', String(link._ccs_property_value));
      if (found?.row['statecode'] !== plainState.Active) return undefined;
      const { row } = found;
      const parts = await partsOf(row, records, 1);
      return { definition: row, required: link.ccs_required === true, parts, position: link.ccs_position ?? Infinity };
    }),
  );
  const parameters = read
    .filter((each) => each !== undefined)
    .toSorted((a, b) => a.position - b.position || byName(a, b));
  checkNames(parameters, where);
  return { name: String(definition['msdyn_name']), parameters };
}

async function partsOf(whole: PropertyDefinition, records: RecordStore, depth: number): Promise<CommandParameter[]> {
  if (whole.msdyn_type !== propertyType.Object) return [];
  const where = `msdyn_iotpropertydefinitions(${whole.msdyn_iotpropertydefinitionid})`;
  if (depth > deepest) throw refused(`The property definition ${where} lies in more than ${deepest} others.`);
  const id = whole.msdyn_iotpropertydefinitionid!;
  const rows: PropertyDefinition[] = await active(
    records,
    'msdyn_iotpropertydefinition',
    '_msdyn_parentproperty_value',
    id,
  );
  const parts = await Promise.all(
    rows.map(async (definition) => ({
      definition,
      required: false,
      parts: await partsOf(definition, records, depth + 1),
    })),
  );
  const sorted = parts.toSorted(byName);
  checkNames(sorted, where);
  return sorted;
}

async function active(
  records: RecordStore,
  name: 'ccs_iotcommandparameter' | 'msdyn_iotpropertydefinition',
  property: string,
  id: string,
) {
  const equals = { [property]: id, statecode: plainState.Active };
  const rows: Row[] = [];
  for await (const { row } of everyRecord(records, name, { equals })) rows.push(row);
  return rows;
}

function byName(a: CommandParameter, b: CommandParameter): number {
  return a.definition.msdyn_name! < b.definition.msdyn_name! ? -1 : 1;
}

function checkNames(parameters: readonly CommandParameter[], where: string): void {
  const names = parameters.map(({ definition }) => definition.msdyn_name!);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refused(`${where} has two parameters with the name '${twice}': rename one of them.`);
}

const refused = (message: string) => new ServiceError('invalid-value', message);
