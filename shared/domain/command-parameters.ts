import { propertyType } from '../model/choices';
import { ServiceError } from './errors';
import { nameOf } from './fields';
import { limitsOf, wrongFor } from './property-definition';
import type { Limits, PropertyDefinition } from './property-definition';

/** A value that a command takes. An Object's values are its `parts`. */
export interface CommandParameter {
  definition: PropertyDefinition;
  required: boolean;
  parts: readonly CommandParameter[];
}

type Values = Readonly<Record<string, unknown>>;

/**
 * The parameters of a command in the order of its definition, defaults filled in. Throws `invalid-value` that names the
 * parameter, what was sent and what is allowed. `within` is the path of the object that holds them.
 */
export function fillParameters(parameters: readonly CommandParameter[], given: Values, within = ''): Values {
  const names = parameters.map(({ definition }) => definition.msdyn_name!);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const known = names.length > 0 ? `Known: ${names.map((each) => within + each).join(', ')}.` : 'It takes none here.';
    throw refused(`Parameter '${within}${name}' is not known to the command. ${known}`);
  }
  return Object.fromEntries(
    parameters.flatMap((parameter): [string, unknown][] => {
      const name = parameter.definition.msdyn_name!;
      const path = within + name;
      const value = Object.hasOwn(given, name) ? check(parameter, given[name], path) : absent(parameter, path);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function check({ definition, parts }: CommandParameter, value: unknown, path: string): unknown {
  const limits = limitsOf(definition);
  const allowed = wrongFor(definition.msdyn_type!, limits, value);
  if (allowed !== undefined) throw refused(`Parameter '${path}' must be ${allowed}; got ${nameOf(value)}.`);
  if (definition.msdyn_type === propertyType.Object) return fillParameters(parts, value as Values, `${path}.`);
  if (definition.msdyn_editable === false) checkUnchanged(limits, value, path);
  return value;
}

function checkUnchanged({ fallback }: Limits, value: unknown, path: string): void {
  if (value === fallback) return;
  const always = fallback === undefined ? 'leave it out' : `it is always ${nameOf(fallback)}`;
  throw refused(`Parameter '${path}' is not editable: ${always}; got ${nameOf(value)}.`);
}

/** What stands for a parameter that was not sent. */
function absent({ definition, required, parts }: CommandParameter, path: string): unknown {
  const { fallback } = limitsOf(definition);
  if (fallback !== undefined) return fallback;
  const built = definition.msdyn_type === propertyType.Object ? fillParameters(parts, {}, `${path}.`) : {};
  if (Object.keys(built).length > 0) return built;
  if (!required) return undefined;
  throw refused(`Parameter '${path}' is required: send ${wordsOf(definition)}.`);
}

function wordsOf(definition: PropertyDefinition): string {
  return wrongFor(definition.msdyn_type!, limitsOf(definition), undefined)!;
}

const refused = (message: string) => new ServiceError('invalid-value', message);
