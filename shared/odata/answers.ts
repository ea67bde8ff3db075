import type { HttpResponseInit } from '@azure/functions';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { Stored } from '../ports/record-store';
import { tableOf } from '../workflows/change';
import type { Changed } from '../workflows/change';
import type { Found } from '../workflows/read-records';
import type { Asker } from './asker';
import { jsonHeaders } from './error-answers';
import { skipToken } from './query-options';
import type { Selection } from './query-options';
import { contextOf, recordAddress, recordJson } from './record-json';
import type { ListRequest, ReadRequest } from './request';
import type { WriteRequest } from './write-request';

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

/**
 * After a write: 204, or the record when the caller prefers that (201 when it is new). The address of what was written is
 * in `OData-EntityId`.
 */
export function writtenAnswer(request: WriteRequest, changed: Changed): HttpResponseInit {
  if (!changed) return { status: 204, headers: { 'OData-Version': '4.0' } };
  const { address, prefer, select, bare, change } = request;
  const name = tableOf(change);
  const at = recordAddress(address.root, name, changed.row);
  const where = { 'OData-EntityId': at, ...(changed.created && { Location: at }) };
  if (bare || !prefer.representation) {
    return { status: 204, headers: { 'OData-Version': '4.0', ETag: changed.etag, ...(!bare && where) } };
  }
  return withRecord(changed.created ? 201 : 200, request, name, changed, select, where);
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
