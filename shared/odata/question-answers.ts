import type { HttpResponseInit } from '@azure/functions';
import { ownedBy } from '../domain/expansion';
import type { RecordQuery } from '../domain/record-query';
import type { Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationFrom } from '../model/properties';
import type { RecordStore, Stored } from '../ports/record-store';
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
export async function answerQuestion(question: Question, records: RecordStore): Promise<HttpResponseInit> {
  switch (question.kind) {
    case 'service':
    case 'metadata':
      return modelAnswer(question);
    case 'list':
      return listAnswer(question, records);
    case 'count':
      return countAnswer(question, records);
    case 'links':
      return linksAnswer(question, records);
    case 'read':
      return readAnswer(question, records);
    case 'follow':
      return followAnswer(question, records);
    case 'value':
      return valueAnswer(question, records);
  }
}

/**
 * A page of records. `@odata.count` is exact up to the rows that one request may look at; beyond, it is a lower bound and
 * `@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded` says so.
 */
async function listAnswer(question: Asker & ListQuestion, records: RecordStore): Promise<HttpResponseInit> {
  const { shape, top, address, owner } = question;
  const { query, path } = await collectionOf(question.query, owner, records);
  const found = await listRecords(records, query);
  const { shown, view } = await showing(query.entity, found.records, shape, question, records);
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
async function countAnswer(question: Asker & CountQuestion, records: RecordStore): Promise<HttpResponseInit> {
  const { query } = await collectionOf(question.query, question.owner, records);
  const { count } = await listRecords(records, query);
  return plainAnswer(String(count?.value ?? 0));
}

/** The addresses of the records that a collection leads to. */
async function linksAnswer(question: Asker & LinksQuestion, records: RecordStore): Promise<HttpResponseInit> {
  const { root, options } = question.address;
  const { query, path } = await collectionOf(question.query, question.owner, records);
  const { records: found, next } = await listRecords(records, query);
  return jsonAnswer(question, {
    '@odata.context': `${root}/$metadata#Collection($ref)`,
    value: found.map(({ row }) => ({ '@odata.id': recordAddress(root, query.entity, row) })),
    ...(next && { '@odata.nextLink': nextLink(`${root}/${path}/$ref`, options, { next, shown: found.length }) }),
  });
}

/** The record; or 304 when the caller has it already. */
async function readAnswer(question: Asker & ReadQuestion, records: RecordStore): Promise<HttpResponseInit> {
  const { unless, key, shape } = question;
  const record = await readRecord(records, key);
  // What was expanded may have changed without the record.
  const seen = shape.expand.length === 0 && (unless.includes(record.etag) || unless.includes('*'));
  if (seen) return notModified(record.etag);
  const { shown, view } = await showing(key.entity, [record], shape, question, records);
  return withRecord(200, question, key.entity, shown[0]!, shape, view);
}

/** The record that a lookup leads to; 204 when it leads nowhere. */
async function followAnswer(question: Asker & FollowQuestion, records: RecordStore): Promise<HttpResponseInit> {
  const { key, navigation, shape, linkOnly, address } = question;
  const { row } = await readRecord(records, key);
  const id = row[navigation.property];
  const { target } = navigation;
  if (typeof id !== 'string' || navigationFrom(key.entity, navigation.property, row)?.target !== target) return nothing;
  if (linkOnly) {
    return jsonAnswer(question, {
      '@odata.context': `${address.root}/$metadata#$ref`,
      '@odata.id': `${address.root}/${entity(target).set}(${id})`,
    });
  }
  const record = await readRecord(records, { entity: target, by: 'id', id });
  const { shown, view } = await showing(target, [record], shape, question, records);
  return withRecord(200, question, target, shown[0]!, shape, view);
}

/** One value; 204 when there is none. */
async function valueAnswer(question: Asker & ValueQuestion, records: RecordStore): Promise<HttpResponseInit> {
  const { key, property, raw, address } = question;
  const { row } = await readRecord(records, key);
  const value: Scalar = row[property.name] ?? null;
  if (value === null) return nothing;
  if (raw) return plainAnswer(String(value));
  const { set, key: primary } = entity(key.entity);
  const context = `${address.root}/$metadata#${set}(${String(row[primary])})/${property.name}`;
  return jsonAnswer(question, { '@odata.context': context, value });
}

/** The query for a collection, and its path; of a record's members, when the record is there. */
async function collectionOf(query: RecordQuery, owner: Owner | undefined, records: RecordStore) {
  if (!owner) return { query, path: entity(query.entity).set };
  const { key, collection } = owner;
  const { row } = await readRecord(records, key);
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
  records: RecordStore,
): Promise<{ shown: readonly Expanded[]; view: View }> {
  const related = relatedRecords(records);
  const shown = await related.expand(name, found, shape);
  const names = prefer.annotates(formattedValue) ? await related.names(name, shown, shape) : undefined;
  return { shown, view: { root, prefer, ...(names && { names }) } };
}
