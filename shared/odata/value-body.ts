import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import { readReference } from './address';
import { readBody } from './json-body';
import type { Message } from './message';

/** The value in the body `{"value": …}`. */
export async function valueIn(message: Message): Promise<unknown> {
  return only('value', '{"value":"…"}', await readBody(message));
}

/** The record that the body `{"@odata.id": "…"}` names. */
export async function referenceIn(message: Message): Promise<RecordKey> {
  const example = '{"@odata.id":"/accounts(00000000-0000-0000-0000-000000000001)"}';
  const id = only('@odata.id', example, await readBody(message));
  if (typeof id !== 'string') {
    throw new ServiceError('invalid-value', `@odata.id must be the address of a record, like ${example}.`);
  }
  return readReference(id);
}

/** The one property that a body may have; other annotations say nothing that we need. */
function only(name: string, example: string, body: Readonly<Record<string, unknown>>): unknown {
  const other = Object.keys(body).find((key) => key !== name && !key.includes('@'));
  if (other !== undefined) {
    throw new ServiceError('unknown-property', `Invalid property '${other}' was found in the body. Send ${example}.`);
  }
  if (!Object.hasOwn(body, name)) throw new ServiceError('bad-request', `The body must be like ${example}.`);
  return body[name];
}
