import type { HttpResponseInit } from '@azure/functions';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { Stored } from '../ports/record-store';
import type { Found } from '../workflows/read-records';
import { jsonHeaders } from './error-answers';
import { skipToken } from './query-options';
import type { Selection } from './query-options';
import { contextOf, recordAddress, recordJson } from './record-json';
import type { Asker, CreateRequest, ListRequest, ReadRequest, UpdateRequest } from './request';

/**
 * A page of records. `@odata.count` is exact up to the rows that one request may look at; beyond, it is a lower bound and
 * `@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded` says so.
 */
export function collectionAnswer(request: ListRequest, found: Found): HttpResponseInit {
  const { query, select, address, prefer } = request;
  const { count } = found;
  return answer(200, request, {
    '@odata.context': contextOf(address.root, query.entity, select, false),
    ...(count && { '@odata.count': count.value }),
    ...(count?.atLeast && { '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': true }),
    value: found.records.map((record) => recordJson(query.entity, record, select, prefer)),
    ...(found.next && { '@odata.nextLink': nextLink(request, found) }),
  });
}

/** The record; or 304 when the caller has it already. */
export function recordAnswer(request: ReadRequest, record: Stored): HttpResponseInit {
  const { unless, key, select } = request;
  if (unless.includes(record.etag) || unless.includes('*')) {
    return { status: 304, headers: { ETag: record.etag, 'OData-Version': '4.0' } };
  }
  return withRecord(200, request, key.entity, record, select);
}

/** 204 with the new record's address, or 201 with the record when the caller prefers that. */
export function createdAnswer(request: CreateRequest, record: Stored): HttpResponseInit {
  return writtenAnswer(request, request.entity, record, true);
}

/** 204, or the record when the caller prefers that; 201 when the update created it. */
export function updatedAnswer(request: UpdateRequest, record: Stored & { created: boolean }): HttpResponseInit {
  return writtenAnswer(request, request.key.entity, record, record.created);
}

function writtenAnswer(
  request: CreateRequest | UpdateRequest,
  name: EntityName,
  record: Stored,
  created: boolean,
): HttpResponseInit {
  const { address, prefer, select } = request;
  const at = recordAddress(address.root, name, record.row);
  const where = { 'OData-EntityId': at, ...(created && { Location: at }) };
  if (!prefer.representation) return { status: 204, headers: { 'OData-Version': '4.0', ETag: record.etag, ...where } };
  return withRecord(created ? 201 : 200, request, name, record, select, where);
}

function withRecord(
  status: number,
  asker: Asker,
  name: EntityName,
  record: Stored,
  select: Selection,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const context = contextOf(asker.address.root, name, select, true);
  const json = { '@odata.context': context, ...recordJson(name, record, select, asker.prefer) };
  return answer(status, asker, json, { ETag: record.etag, ...headers });
}

function answer(
  status: number,
  { prefer }: Asker,
  json: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const applied = prefer.applied && { 'Preference-Applied': prefer.applied };
  return { status, headers: { ...jsonHeaders, ...applied, ...headers }, body: JSON.stringify(json) };
}

/** The same question, from where this page ends; what `$top` asked for shrinks by what was returned. */
function nextLink({ address, query, top }: ListRequest, { records, next }: Found): string {
  const options = new Map(address.options);
  if (top !== undefined) options.set('$top', String(top - records.length));
  options.set('$skiptoken', skipToken(next!));
  const search = [...options].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${address.root}/${entity(query.entity).set}?${search.join('&')}`;
}
