import type { HttpResponseInit } from '@azure/functions';
import { ServiceError } from '../domain/errors';
import type { Shape } from '../domain/expansion';
import type { EntityName } from '../model/entities';
import type { Stored } from '../ports/record-store';
import { tableOf } from '../workflows/change';
import type { Changed } from '../workflows/change';
import { withComputed } from '../workflows/computed-columns';
import type { ReadDeps } from '../workflows/computed-columns';
import type { Expanded } from '../workflows/related-records';
import type { Asker } from './asker';
import { jsonHeaders } from './error-answers';
import type { Selection } from './query-options';
import { contextOf, recordAddress, recordJson } from './record-json';
import type { View } from './record-json';
import type { WriteRequest } from './write-request';

/**
 * After a write: 204, or the record when the caller prefers that (201 when it is new). The address of what was written is
 * in `OData-EntityId`.
 */
export async function writtenAnswer(
  request: WriteRequest,
  changed: Changed,
  deps: ReadDeps,
): Promise<HttpResponseInit> {
  if (!changed) return nothing;
  const { address, prefer, select, bare, change } = request;
  const name = tableOf(change);
  const at = recordAddress(address.root, name, changed.row);
  const where = { 'OData-EntityId': at, ...(changed.created && { Location: at }) };
  const whole = bare || !prefer.representation ? undefined : await toShow(name, changed, select, deps);
  if (!whole) return { status: 204, headers: { 'OData-Version': '4.0', ETag: changed.etag, ...(!bare && where) } };
  const shape: Shape = { ...(select && { properties: select }), expand: [] };
  const view: View = { root: address.root, prefer };
  return withRecord(changed.created ? 201 : 200, request, name, whole, shape, view, where);
}

/** The record with its computed columns; undefined when that is too much: it is written, so that nothing may fail any more. */
async function toShow(
  name: EntityName,
  record: Stored,
  select: Selection,
  deps: ReadDeps,
): Promise<Stored | undefined> {
  try {
    return (await withComputed(name, [record], select, deps))[0];
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'limit-exceeded') return undefined;
    throw error;
  }
}

/** One record. */
export function withRecord(
  status: number,
  asker: Asker,
  name: EntityName,
  record: Stored | Expanded,
  shape: Shape,
  view: View,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const context = contextOf(view.root, name, shape, true);
  const json = { '@odata.context': context, ...recordJson(name, record, shape, view) };
  return { ...jsonAnswer(asker, json, { ETag: record.etag, ...headers }), status };
}

export function jsonAnswer(
  { prefer }: Asker,
  json: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const applied = prefer.applied && { 'Preference-Applied': prefer.applied };
  return { status: 200, headers: { ...jsonHeaders, ...applied, ...headers }, body: JSON.stringify(json) };
}

/** A bare value. */
export function plainAnswer(body: string): HttpResponseInit {
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'OData-Version': '4.0' }, body };
}

/** There is nothing to show. */
export const nothing: HttpResponseInit = { status: 204, headers: { 'OData-Version': '4.0' } };

/** The caller has it already. */
export function notModified(etag: string): HttpResponseInit {
  return { status: 304, headers: { ETag: etag, 'OData-Version': '4.0' } };
}
