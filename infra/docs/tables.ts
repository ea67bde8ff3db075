import { isServiceOwned } from '../../shared/domain/record-rules';
import { edmType } from '../../shared/model/edm';
import type { Column } from '../../shared/model/edm';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { code, heading, list, table } from './markdown';
import type { Block } from './markdown';

const names = Object.keys(entities) as EntityName[];

/** What each table holds and where it leads. */
export function tablesSection(): Block[] {
  return [
    heading(2, 'Tables'),
    'A lookup is read as `_name_value` and written with its navigation: `"msdyn_Account@odata.bind": "/accounts(<id>)"`. ' +
      'Columns that start with `ccs_` are not in Dynamics 365. Letter case matters in all names.',
    table(
      ['set', 'table', 'what it is'],
      names.map((name) => [code(entity(name).set), code(name), entity(name).displayName]),
    ),
    ...names.flatMap(tableSection),
  ];
}

function tableSection(name: EntityName): Block[] {
  const { set, key, primaryName, alternateKey, displayName, timedIds, builtIn, closed } = entity(name);
  const facts = [
    `Key ${code(key)}, name ${code(primaryName)}.`,
    ...(alternateKey ? [`Second key: ${code(`${set}(${alternateKey}='…')`)}.`] : []),
    ...(isServiceOwned(name) ? ['Written by the service only; can be deleted.'] : []),
    ...(timedIds && !isServiceOwned(name) ? ['Ids of version 8 are made by the service and cannot be chosen.'] : []),
    ...(builtIn ?? []).map(
      (row) => `Every store has ${code(`${set}(${String(row[key])})`)}, "${String(row[primaryName])}".`,
    ),
    ...(closed ? ['There are no others.'] : []),
  ];
  const navigations = [...navigationsOf(name).values()].map(({ name: navigation, target, property }) => [
    code(navigation),
    `one of ${code(entity(target).set)}`,
    `by ${code(property)}`,
  ]);
  const collections = [...collectionsOf(name).values()].map(({ name: collection, members, partner }) => [
    code(collection),
    `many of ${code(entity(members).set)}`,
    `by their ${code(partner.property)}`,
  ]);
  return [
    heading(3, `${displayName}: ${code(set)}`),
    facts.join(' '),
    table(
      ['property', 'type', 'label', 'notes'],
      [...propertiesOf(name).values()].map(({ name: property, column }) => [
        code(property),
        typeOf(column),
        column.label,
        notesOn(column, property === key),
      ]),
    ),
    ...(navigations.length + collections.length === 0
      ? []
      : [table(['navigation', 'leads to', ''], [...navigations, ...collections])]),
    ...optionsOf(name),
  ];
}

function typeOf(column: Column): string {
  const edm = edmType(column).slice('Edm.'.length);
  return 'maxLength' in column ? `${edm}(${column.maxLength})` : edm;
}

function notesOn(column: Column, isKey: boolean): string {
  const notes = [
    ...(column.required ? ['required'] : []),
    ...(column.readOnly ? ['read-only'] : []),
    ...(isKey || column.fixed ? ['cannot change'] : []),
    ...(column.kind === 'integer' ? [`${column.min} to ${column.max}`] : []),
    ...(column.kind === 'boolean' && column.default !== undefined ? [`default ${String(column.default)}`] : []),
    ...(column.kind === 'choice' && column.default !== undefined ? [`default ${column.default}`] : []),
    ...(column.kind === 'lookup' && column.targets.length > 1 ? [`table in ${code(column.tableIn!)}`] : []),
    ...(column.computedFrom ? ['computed on read'] : []),
  ];
  return notes.join(', ');
}

/** The options of each choice; those of the state with the status reasons that belong to it. */
function optionsOf(name: EntityName): Block[] {
  const items = [...propertiesOf(name).values()].flatMap(({ name: property, column }) =>
    column.kind === 'choice' && property !== 'statecode' && property !== 'statuscode'
      ? [`${code(property)}: ${named(column.options)}`]
      : [],
  );
  const states = entity(name).states.map(
    (state) => `${code('statecode')} ${state.value} ${state.name}, ${code('statuscode')} ${named(state.statuses)}`,
  );
  return [list([...items, ...states])];
}

function named(options: Readonly<Record<string, number>>): string {
  return Object.entries(options)
    .map(([label, value]) => `${value} ${label}`)
    .join(', ');
}
