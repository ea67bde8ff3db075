import { action, actions } from '../../shared/model/actions';
import type { ActionName } from '../../shared/model/actions';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { actionRights, operations, roles, tableRights } from '../../shared/model/rights';
import type { Operation, Role } from '../../shared/model/rights';

/*
 * Every place at which the Web API can be asked for something, as it follows from the tables of the model. A new table, column
 * or action is among them without a word here.
 */

/** An id that nothing has. */
export const nobodys = '99999999-0000-4000-8000-000000000009';

/** A request, and who may send it: nothing of it exists, so whoever is let in gets another answer than a refusal. */
export interface Knock {
  which: string;
  method: string;
  path: string;
  body?: string;
  allowed: readonly Role[];
}

const tables = Object.keys(entities) as EntityName[];
const methods = { read: 'GET', create: 'POST', update: 'PATCH', delete: 'DELETE' } as const;
const both = (a: readonly Role[], b: readonly Role[]) => a.filter((role) => b.includes(role));

/** Each operation on each table, and each action. */
export const mainDoors: readonly Knock[] = [
  ...tables.flatMap((name) => operations.map((operation) => onRecord(name, operation))),
  ...tables.flatMap((name) => [
    onMany(name, 'CreateMultiple', ['create']),
    onMany(name, 'UpdateMultiple', ['update']),
    onMany(name, 'UpsertMultiple', ['create', 'update']),
  ]),
  ...(Object.keys(actions) as ActionName[]).map(ofAction),
];

/** What can be asked of the parts of a record: values, links, and the records they lead to. */
export const sideDoors: readonly Knock[] = tables.flatMap((name) => {
  const record = `${entity(name).set}(${nobodys})`;
  const { read, update } = tableRights[name];
  const knock = (method: string, path: string, allowed: readonly Role[], body?: string): Knock => ({
    which: `${method} ${path.replace(nobodys, 'id')}`,
    method,
    path,
    allowed,
    ...(body !== undefined && { body }),
  });
  const property = entity(name).primaryName;
  return [
    knock('GET', entity(name).set, read),
    knock('GET', `${entity(name).set}/$count`, read),
    knock('GET', `${record}/${property}`, read),
    knock('GET', `${record}/${property}/$value`, read),
    knock('PUT', `${record}/${property}`, propertiesOf(name).get(property)!.column.readOnly ? [] : update, '{}'),
    ...[...navigationsOf(name).values()].flatMap((navigation) => {
      const seen = both(read, tableRights[navigation.target].read);
      return [
        knock('GET', `${record}/${navigation.name}`, seen),
        knock('GET', `${entity(name).set}?$expand=${navigation.name}`, seen),
      ];
    }),
    ...[...collectionsOf(name).values()].flatMap((collection) => {
      const seen = both(read, tableRights[collection.members].read);
      return [
        knock('GET', `${record}/${collection.name}`, seen),
        knock('GET', `${record}/${collection.name}/$count`, seen),
        knock('GET', `${record}/${collection.name}/$ref`, seen),
        knock('GET', `${entity(name).set}?$expand=${collection.name}`, seen),
      ];
    }),
  ];
});

/** What an answer says of rights; every other refusal comes later. */
export function isRefused({ status, text }: { status: number; text: string }): boolean {
  return status === 403 && /you need the role|written by the service only/.test(text);
}

function onRecord(name: EntityName, operation: Operation): Knock {
  const { set } = entity(name);
  const writes = operation === 'create' || operation === 'update';
  const { create } = tableRights[name];
  return {
    which: `${operation} ${set}`,
    method: methods[operation],
    path: operation === 'create' ? set : `${set}(${nobodys})`,
    ...(writes && { body: '{"nothing":1}' }),
    // An update that finds nothing creates.
    allowed: operation === 'update' ? both(tableRights[name].update, create) : tableRights[name][operation],
  };
}

function onMany(name: EntityName, which: string, needed: readonly ('create' | 'update')[]): Knock {
  const { set } = entity(name);
  const allowed = roles.filter((role) => needed.every((each) => tableRights[name][each].includes(role)));
  return {
    which: `${which} ${set}`,
    method: 'POST',
    path: `${set}/Microsoft.Dynamics.CRM.${which}`,
    body: '{"nothing":1}',
    allowed,
  };
}

function ofAction(name: ActionName): Knock {
  const { boundTo } = action(name);
  const path = boundTo === null ? name : `${entity(boundTo).set}(${nobodys})/Microsoft.Dynamics.CRM.${name}`;
  return { which: name, method: 'POST', path, body: '{"nothing":1}', allowed: actionRights[name] };
}
