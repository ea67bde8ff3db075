import type { HttpRequest } from '@azure/functions';
import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import type { RecordQuery } from '../domain/record-query';
import type { EntityName } from '../model/entities';
import type { RecordChanges } from '../workflows/record-changes';
import type { WriteCondition } from '../workflows/write-condition';
import { readAddress } from './address';
import type { Address } from './address';
import { readJsonBody } from './json-body';
import { readPreferences } from './preferences';
import type { Preferences } from './preferences';
import { readCollectionOptions, readRecordOptions } from './query-options';
import type { Selection } from './query-options';
import { readRecordBody } from './record-body';

/** What every answer needs to know of its request. */
export interface Asker {
  address: Address;
  prefer: Preferences;
}

export type ListRequest = Asker & { kind: 'list'; query: RecordQuery; select: Selection; top: number | undefined };
export type ReadRequest = Asker & { kind: 'read'; key: RecordKey; select: Selection; unless: readonly string[] };
export type CreateRequest = Asker & { kind: 'create'; entity: EntityName; changes: RecordChanges; select: Selection };
export type UpdateRequest = Asker & {
  kind: 'update';
  key: RecordKey;
  changes: RecordChanges;
  condition: WriteCondition;
  select: Selection;
};

/** A request, understood and checked as far as the model tells; whether records exist is not known yet. */
export type WebRequest = ListRequest | ReadRequest | CreateRequest | UpdateRequest;

/** Reads a request to the Web API. Throws what is wrong with it. */
export async function readRequest(request: HttpRequest): Promise<WebRequest> {
  const address = readAddress(request.url);
  const prefer = readPreferences(request.headers.get('prefer'));
  const { resource, options } = address;
  const asker = { address, prefer };

  if (resource.kind === 'collection') {
    const { entity } = resource;
    if (request.method === 'GET') {
      return { ...asker, kind: 'list', ...readCollectionOptions(entity, options, prefer.maxPageSize) };
    }
    if (request.method === 'POST') {
      const select = readRecordOptions(entity, options);
      return { ...asker, kind: 'create', entity, select, changes: readRecordBody(entity, await bodyOf(request)) };
    }
    throw notAllowed(request, 'GET and POST');
  }

  const { key } = resource;
  const select = readRecordOptions(key.entity, options);
  if (request.method === 'GET') {
    return { ...asker, kind: 'read', key, select, unless: etagsIn(request.headers.get('if-none-match')) };
  }
  if (request.method === 'PATCH') {
    const changes = readRecordBody(key.entity, await bodyOf(request));
    return { ...asker, kind: 'update', key, select, changes, condition: conditionOf(request) };
  }
  throw notAllowed(request, 'GET and PATCH');
}

async function bodyOf(request: HttpRequest): Promise<Readonly<Record<string, unknown>>> {
  return readJsonBody(new Uint8Array(await request.arrayBuffer()));
}

function conditionOf({ headers }: HttpRequest): WriteCondition {
  const match = etagsIn(headers.get('if-match'));
  const etags = match.includes('*') ? [] : match;
  return {
    mustExist: match.length > 0,
    ...(etags.length > 0 && { etags }),
    mustBeNew: etagsIn(headers.get('if-none-match')).includes('*'),
  };
}

/** The ETags in a header, or `*`. A text that is no ETag matches nothing, so it is kept as it is. */
function etagsIn(header: string | null): string[] {
  if (header === null || header.trim() === '') return [];
  return header.match(/(?:W\/)?"[^"]*"|[^\s,]+/g) ?? [];
}

function notAllowed({ method }: HttpRequest, allowed: string): ServiceError {
  return new ServiceError('method-not-allowed', `${method} is not offered for this address, only ${allowed}.`);
}
