import type { RecordKey } from '../domain/record-key';
import type { RecordQuery } from '../domain/record-query';
import { readAddress } from './address';
import type { Asker } from './asker';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { etagsIn } from './preconditions';
import { readPreferences } from './preferences';
import { readCollectionOptions, readRecordOptions } from './query-options';
import type { Selection } from './query-options';
import { readWrite } from './write-request';
import type { WriteRequest } from './write-request';

export type ListRequest = Asker & { kind: 'list'; query: RecordQuery; select: Selection; top: number | undefined };
export type ReadRequest = Asker & { kind: 'read'; key: RecordKey; select: Selection; unless: readonly string[] };

/** A request, understood and checked as far as the model tells; whether records exist is not known yet. */
export type WebRequest = ListRequest | ReadRequest | WriteRequest;

/** Reads a request to the Web API. Throws what is wrong with it. */
export async function readRequest(message: Message): Promise<WebRequest> {
  const address = readAddress(message.url);
  const prefer = readPreferences(message.headers.get('prefer'));
  const { resource, options } = address;
  const asker = { address, prefer };
  switch (resource.kind) {
    case 'collection':
      if (message.method !== 'GET') return readWrite(message, asker, resource);
      return { ...asker, kind: 'list', ...readCollectionOptions(resource.entity, options, prefer.maxPageSize) };
    case 'record': {
      if (message.method !== 'GET') return readWrite(message, asker, resource);
      const { key } = resource;
      const select = readRecordOptions(key.entity, options);
      return { ...asker, kind: 'read', key, select, unless: etagsIn(message.headers.get('if-none-match')) };
    }
    case 'property':
    case 'navigation':
    case 'members':
      if (message.method !== 'GET') return readWrite(message, asker, resource);
      throw methodNotAllowed(message, 'PUT, POST and DELETE');
    case 'multiple':
    case 'who-am-i':
    case 'batch':
      throw methodNotAllowed(message, 'nothing yet');
  }
}
