import { ServiceError } from '../domain/errors';
import type { Expansion, Shape } from '../domain/expansion';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { collectionsOf, navigationsOf } from '../model/properties';
import { splitOutside } from './option-text';
import { onlyOptions, readQuery, readSelect } from './query-options';

/** How deep expansions may stand in each other. */
const deepest = 2;

/** Records of a collection that are returned inside of one record; an `@odata.nextLink` leads to the others. */
export const membersShown = 250;

const optionsOfOne = ['$select', '$expand'];
const optionsOfMany = ['$select', '$filter', '$orderby', '$top', '$count', '$expand'];

/** Reads `$select` and `$expand`: what an answer holds of each record. */
export function readShape(name: EntityName, options: ReadonlyMap<string, string>, depth = 1): Shape {
  const properties = readSelect(name, options.get('$select'));
  const text = options.get('$expand');
  return { ...(properties && { properties }), expand: text === undefined ? [] : readExpand(name, text, depth) };
}

/** Reads an `$expand`: navigations, each with options of its own in parentheses, e.g. `msdyn_Account($select=name)`. */
function readExpand(name: EntityName, text: string, depth: number): Expansion[] {
  if (depth > deepest) {
    throw new ServiceError('unsupported', `$expand: expansions may stand in each other ${deepest} levels deep.`);
  }
  const seen = new Set<string>();
  return splitOutside(text, ',').map((item) => {
    const [, navigation, inner] = /^([A-Za-z_]\w*)\s*(?:\((.*)\))?$/s.exec(item) ?? [];
    if (navigation === undefined) {
      throw new ServiceError(
        'bad-request',
        `$expand: '${item}' is not understood. Write a navigation, with options in parentheses: msdyn_Account($select=name).`,
      );
    }
    if (seen.has(navigation)) throw new ServiceError('bad-request', `$expand: '${navigation}' is given twice.`);
    seen.add(navigation);
    return expansion(name, navigation, readInner(navigation, inner), depth);
  });
}

function expansion(name: EntityName, wanted: string, asked: ReadonlyMap<string, string>, depth: number): Expansion {
  const navigation = navigationsOf(name).get(wanted);
  if (navigation) {
    onlyOptions(asked, optionsOfOne, `$expand of ${wanted}`);
    return { kind: 'one', navigation, asked, shape: readShape(navigation.target, asked, depth + 1) };
  }
  const collection = collectionsOf(name).get(wanted);
  if (!collection) {
    const known = [...navigationsOf(name).keys(), ...collectionsOf(name).keys()];
    throw new ServiceError(
      'unknown-property',
      `$expand: ${entity(name).set} has no navigation named '${wanted}' (letter case matters). ` +
        `Known: ${known.join(', ') || 'none'}.`,
    );
  }
  onlyOptions(asked, optionsOfMany, `$expand of ${wanted}`);
  const shape = readShape(collection.members, asked, depth + 1);
  const { query } = readQuery(collection.members, asked, shape, membersShown);
  return { kind: 'many', collection, asked, shape, query };
}

function readInner(navigation: string, inner: string | undefined): Map<string, string> {
  const options = new Map<string, string>();
  if (inner === undefined) return options;
  for (const part of splitOutside(inner, ';')) {
    const [, option, value] = /^(\$?\w+)\s*=(.*)$/s.exec(part) ?? [];
    if (option === undefined) {
      throw new ServiceError('bad-request', `$expand: '${part}' in ${navigation}(…) is no option like $select=….`);
    }
    if (options.has(option)) {
      throw new ServiceError('bad-request', `$expand: '${option}' is given twice in ${navigation}(…).`);
    }
    options.set(option, value!.trim());
  }
  return options;
}
