import { createHash } from 'node:crypto';
import type { HttpResponseInit } from '@azure/functions';
import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { Change, Changed } from '../workflows/change';
import type { Step } from '../workflows/make-changes';
import { readReference } from './address';
import type { Asker } from './asker';
import { jsonHeaders } from './error-answers';
import { readJsonBody } from './json-body';
import { keyOf } from './key';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { onlyOptions } from './query-options';
import { readRecordBody } from './record-body';
import type { Operation, ResourceOf } from './resource';

/** Records that one request may write, and bytes of its body. */
export const mostTargets = 1_000;
const largestBody = 16 * 1024 * 1024;

/** `CreateMultiple`, `UpdateMultiple` or `UpsertMultiple`: changes of records of one table. */
export interface MultipleRequest {
  kind: 'multiple';
  asker: Asker;
  operation: Operation;
  entity: EntityName;
  steps: Step[];
  /** For alerts: the sender's name for the request, so that he may repeat it, and a hash of its body. */
  request?: { key: string; body: string };
}

/** Reads a call with the body `{"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account", …}, …]}`. */
export async function readMultiple(
  message: Message,
  asker: Asker,
  { operation, entity: name }: ResourceOf<'multiple'>,
): Promise<MultipleRequest> {
  if (message.method !== 'POST') throw methodNotAllowed(message, 'POST');
  onlyOptions(asker.address.options, []);
  const bytes = new Uint8Array(await message.arrayBuffer());
  const { Targets: targets, ...others } = readJsonBody(bytes, largestBody);
  const other = Object.keys(others).find((key) => !key.includes('@'));
  if (other !== undefined) {
    throw new ServiceError('unknown-property', `Invalid property '${other}' was found in the body: send Targets only.`);
  }
  if (!Array.isArray(targets)) throw new ServiceError('bad-request', 'The body must be like {"Targets":[…]}.');
  if (targets.length === 0 || targets.length > mostTargets) {
    throw new ServiceError('limit-exceeded', `Targets must hold 1 to ${mostTargets} records; got ${targets.length}.`);
  }
  const steps = targets.map((target: unknown, i): Step => {
    const where = `Targets[${i}]`;
    return { name: where, change: named(where, () => changeTo(operation, name, target)) };
  });
  const key = operation === 'CreateMultiple' && name === 'msdyn_iotalert' ? keyOfRequest(message) : undefined;
  const body = key && createHash('sha256').update(bytes).digest('base64url');
  return { kind: 'multiple', asker, operation, entity: name, steps, ...(key && { request: { key, body: body! } }) };
}

function keyOfRequest({ headers }: Message): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (/^[!-~]{1,200}$/.test(key)) return key;
  throw new ServiceError('invalid-value', 'Idempotency-Key must be 1 to 200 visible ASCII characters without spaces.');
}

/** The new ids after `CreateMultiple`; otherwise 204, as Dataverse answers. */
export function multipleAnswer(request: MultipleRequest, changed: readonly Changed[]): HttpResponseInit {
  const { operation, entity: name } = request;
  if (operation !== 'CreateMultiple') return { status: 204, headers: { 'OData-Version': '4.0' } };
  return createdAnswer(
    request,
    changed.map((record) => record?.row[entity(name).key]),
  );
}

/** The ids of new records. */
export function createdAnswer({ asker }: MultipleRequest, ids: readonly unknown[]): HttpResponseInit {
  const body = {
    '@odata.context': `${asker.address.root}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`,
    Ids: ids,
  };
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(body) };
}

function changeTo(operation: Operation, name: EntityName, target: unknown): Change {
  if (typeof target !== 'object' || target === null || Array.isArray(target)) {
    throw new ServiceError('bad-request', 'must be one JSON object.');
  }
  const body = target as Readonly<Record<string, unknown>>;
  const type = `Microsoft.Dynamics.CRM.${name}`;
  if (String(body['@odata.type']).replace(/^#/, '') !== type) {
    throw new ServiceError('bad-request', `must have "@odata.type":"${type}".`);
  }
  const changes = readRecordBody(name, body);
  if (operation === 'CreateMultiple') return { kind: 'create', entity: name, changes };
  const key = keyIn(name, body, changes.values[entity(name).key]);
  if (!key && operation === 'UpsertMultiple') return { kind: 'create', entity: name, changes };
  if (!key) {
    throw new ServiceError('bad-request', `must name its record, by ${entity(name).key} or "@odata.id".`);
  }
  return { kind: 'update', key, changes, condition: { mustExist: operation === 'UpdateMultiple', mustBeNew: false } };
}

/** The record that a target names: by `@odata.id`, or by its primary key. */
function keyIn(name: EntityName, body: Readonly<Record<string, unknown>>, id: unknown): RecordKey | undefined {
  const address = body['@odata.id'];
  if (address === undefined) return typeof id === 'string' ? keyOf(name, id) : undefined;
  const key = typeof address === 'string' ? readReference(address) : undefined;
  if (key?.entity !== name) {
    throw new ServiceError('invalid-value', `"@odata.id" must be like "${entity(name).set}(<id>)".`);
  }
  return key;
}

/** Says in a refusal which of many it is about. */
function named<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(error.code, `${where}: ${error.message}`, { cause: error });
  }
}
