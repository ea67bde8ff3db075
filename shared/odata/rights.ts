import { demandTable } from '../domain/caller';
import type { Caller } from '../domain/caller';
import { tableOf as expandedTable } from '../domain/expansion';
import type { Expansion } from '../domain/expansion';
import { costlyTables } from '../model/costs';
import type { Operation } from '../model/rights';
import type { EntityName } from '../model/entities';
import { tableOf } from '../workflows/change';
import type { Change } from '../workflows/change';
import type { Step } from '../workflows/make-changes';
import type { Resource, Operation as ManyOperation } from './resource';
import type { Question } from './question';

/** Refuses a caller who may not write there, before the body is looked at. What exactly is read or written comes later. */
export function demandResource(caller: Caller, method: string, resource: Resource): void {
  if (resource.kind === 'multiple') {
    for (const operation of ofMany[resource.operation]) demandTable(caller, operation, resource.entity);
  } else if (resource.kind === 'collection' && !resource.count && method === 'POST')
    demandTable(caller, 'create', resource.entity);
  else if (resource.kind === 'record' && method === 'PATCH') demandTable(caller, 'update', resource.key.entity);
}

const ofMany: Readonly<Record<ManyOperation, readonly Operation[]>> = {
  CreateMultiple: ['create'],
  UpdateMultiple: ['update'],
  UpsertMultiple: ['update', 'create'],
};

/** Refuses a caller who may not read one of the tables that the answer would tell of, those that are expanded included. */
export function demandQuestion(caller: Caller, question: Question): void {
  for (const name of tablesIn(question)) demandTable(caller, 'read', name);
}

/** Refuses a caller who may not make a change. What may become a creation must be allowed as one. */
export function demandChange(caller: Caller, change: Change): void {
  demandTable(caller, change.kind, tableOf(change));
  const isUpsert = change.kind === 'update' && !change.condition.mustExist;
  if (isUpsert) demandTable(caller, 'create', tableOf(change));
}

/** Takes what a change sets off from what the caller may set off. */
export function spendOn(caller: Caller, change: Change): void {
  const mayCreate = change.kind === 'create' || (change.kind === 'update' && !change.condition.mustExist);
  if (mayCreate && costlyTables.has(tableOf(change))) caller.spend?.('effects', 1);
}

/** The steps, each of which is refused when the caller may not make its change, or no more of them for now. */
export function permitted(caller: Caller, steps: readonly Step[]): Step[] {
  return steps.map(({ name, change }) => ({
    name,
    change: async (before) => {
      const wanted = typeof change === 'function' ? await change(before) : change;
      demandChange(caller, wanted);
      spendOn(caller, wanted);
      return wanted;
    },
  }));
}

function tablesIn(question: Question): EntityName[] {
  switch (question.kind) {
    case 'service':
    case 'metadata':
      return [];
    case 'list':
      return [...ownerOf(question), question.query.entity, ...expanded(question.shape.expand)];
    case 'count':
    case 'links':
      return [...ownerOf(question), question.query.entity];
    case 'read':
      return [question.key.entity, ...expanded(question.shape.expand)];
    case 'follow':
      return [question.key.entity, question.navigation.target, ...expanded(question.shape.expand)];
    case 'value':
      return [question.key.entity];
  }
}

const ownerOf = ({ owner }: { owner?: { key: { entity: EntityName } } }) => (owner ? [owner.key.entity] : []);

const expanded = (expand: readonly Expansion[]): EntityName[] =>
  expand.flatMap((each) => [expandedTable(each), ...expanded(each.shape.expand)]);
