import type { HttpResponseInit } from '@azure/functions';
import { ownedBy } from '../domain/expansion';
import type { RecordQuery } from '../domain/record-query';
import type { Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { computedIn, navigationFrom } from '../model/properties';
import type { Stored } from '../ports/record-store';
import { withComputed } from '../workflows/computed-columns';
import type { ReadDeps } from '../workflows/computed-columns';
import { listRecords, readRecord } from '../workflows/read-records';
import { relatedRecords } from '../workflows/related-records';
import { jsonAnswer, nothing, notModified, plainAnswer, withRecord } from './answers';
import type { Asker } from './asker';
import { modelAnswer } from './model-answers';
import { nextLink } from './next-link';
import { formattedValue } from './preferences';
import type {
  CountQuestion,
  FollowQuestion,
  LinksQuestion,
  ListQuestion,
  Owner,
  Question,
  ReadQuestion,
  ValueQuestion,
} from './question';
import { contextOf, recordAddress, recordJson } from './record-json';
import type { View } from './record-json';
import type { Shape } from '../domain/expansion';
import type { Expanded } from '../workflows/related-records';

/** Answers a request that only reads. */
export async function answerQuestion(question: Question, deps: ReadDeps): Promise<HttpResponseInit> {
  switch (question.kind) {
    case 'service':
    case 'metadata':
      return modelAnswer(question);
    case 'list':
      return listAnswer(question, deps);
    case 'count':
      return countAnswer(question, deps);
    case 'links':
      return linksAnswer(question, deps);
    case 'read':
      return readAnswer(question, deps);
    case 'follow':
      return followAnswer(question, deps);
    case 'value':
      return valueAnswer(question, deps);
  }
}

/**
 * A page of records. `@odata.count` is exact up to the rows that one request may look at; beyond, it is a lower bound and
 * `@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded` says so.
 */
async function listAnswer(question: Asker & ListQuestion, deps: ReadDeps): Promise<HttpResponseInit> {
  const { shape, top, address, owner } = question;
  const { query, path } = await collectionOf(question.query, owner, deps);
  const found = await listRecords(deps, query);
  const { shown, view } = await showing(query.entity, found.records, shape, question, deps);
  const { count, next } = found;
  return jsonAnswer(question, {
    '@odata.context': contextOf(address.root, query.entity, shape, false),
    ...(count && { '@odata.count': count.value }),
    ...(count?.atLeast && { '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': true }),
    value: shown.map((record) => recordJson(query.entity, record, shape, view)),
    ...(next && {
      '@odata.nextLink': nextLink(`${address.root}/${path}`, address.options, {
        next,
        shown: shown.length,
        ...(top !== undefined && { top }),
      }),
    }),
  });
}

/** How many there are, as a bare number. Beyond the rows that one request may look at, that many. */
async function countAnswer(question: Asker & CountQuestion, deps: ReadDeps): Promise<HttpResponseInit> {
  const { query } = await collectionOf(question.query, question.owner, deps);
  const { count } = await listRecords(deps, query);
  return plainAnswer(String(count?.value ?? 0));
}

/** The addresses of the records that a collection leads to. */
async function linksAnswer(question: Asker & LinksQuestion, deps: ReadDeps): Promise<HttpResponseInit> {
  const { root, options } = question.address;
  const { query, path } = await collectionOf(question.query, question.owner, deps);
  const { records: found, next } = await listRecords(deps, query);
  return jsonAnswer(question, {
    '@odata.context': `${root}/$metadata#Collection($ref)`,
    value: found.map(({ row }) => ({ '@odata.id': recordAddress(root, query.entity, row) })),
    ...(next && { '@odata.nextLink': nextLink(`${root}/${path}/$ref`, options, { next, shown: found.length }) }),
  });
}

/** The record; or 304 when the caller has it already. */
async function readAnswer(question: Asker & ReadQuestion, deps: ReadDeps): Promise<HttpResponseInit> {
  const { unless, key, shape } = question;
  const record = await readRecord(deps.records, key);
  // What was expanded or computed may have changed without the record.
  const isItself = shape.expand.length === 0 && computedIn(key.entity, shape.properties).length === 0;
  const seen = isItself && (unless.includes(record.etag) || unless.includes('*'));
  if (seen) return notModified(record.etag);
  const { shown, view } = await showing(key.entity, [record], shape, question, deps);
  return withRecord(200, question, key.entity, shown[0]!, shape, view);
}

/** The record that a lookup leads to; 204 when it leads nowhere. */
async function followAnswer(question: Asker & FollowQuestion, deps: ReadDeps): Promise<HttpResponseInit> {
  const { key, navigation, shape, linkOnly, address } = question;
  const { row } = await readRecord(deps.records, key);
  const id = row[navigation.property];
  const { target } = navigation;
  if (typeof id !== 'string' || navigationFrom(key.entity, navigation.property, row)?.target !== target) return nothing;
  if (linkOnly) {
    return jsonAnswer(question, {
      '@odata.context': `${address.root}/$metadata#$ref`,
      '@odata.id': `${address.root}/${entity(target).set}(${id})`,
    });
  }
  const record = await readRecord(deps.records, { entity: target, by: 'id', id });
  const { shown, view } = await showing(target, [record], shape, question, deps);
  return withRecord(200, question, target, shown[0]!, shape, view);
}

/** One value; 204 when there is none. */
async function valueAnswer(question: Asker & ValueQuestion, deps: ReadDeps): Promise<HttpResponseInit> {
  const { key, property, raw, address } = question;
  const stored = await readRecord(deps.records, key);
  const { row } = (await withComputed(key.entity, [stored], [property.name], deps))[0]!;
  const value: Scalar = row[property.name] ?? null;
  if (value === null) return nothing;
  if (raw) return plainAnswer(String(value));
  const { set, key: primary } = entity(key.entity);
  const context = `${address.root}/$metadata#${set}(${String(row[primary])})/${property.name}`;
  return jsonAnswer(question, { '@odata.context': context, value });
}

/** The query for a collection, and its path; of a record's members, when the record is there. */
async function collectionOf(query: RecordQuery, owner: Owner | undefined, deps: ReadDeps) {
  if (!owner) return { query, path: entity(query.entity).set };
  const { key, collection } = owner;
  const { row } = await readRecord(deps.records, key);
  const { set, key: primary } = entity(key.entity);
  const id = String(row[primary]);
  return { query: ownedBy(key.entity, id, collection, query), path: `${set}(${id})/${collection.name}` };
}

/** Records with what was expanded, and how to show them to this caller. */
async function showing(
  name: EntityName,
  found: readonly Stored[],
  shape: Shape,
  { prefer, address: { root } }: Asker,
  deps: ReadDeps,
): Promise<{ shown: readonly Expanded[]; view: View }> {
  const related = relatedRecords(deps);
  const shown = await related.expand(name, found, shape);
  const names = prefer.annotates(formattedValue) ? await related.names(name, shown, shape) : undefined;
  return { shown, view: { root, prefer, ...(names && { names }) } };
}
