import { readAddress } from './address';
import type { Asker } from './asker';
import { readBatch } from './batch-request';
import type { BatchItem } from './batch-request';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { readMultiple } from './multiple-request';
import type { MultipleRequest } from './multiple-request';
import { readPreferences } from './preferences';
import { readQuestion } from './question';
import type { Question } from './question';
import { readWrite } from './write-request';
import type { Resource } from './resource';
import type { WriteRequest } from './write-request';

/** A request, understood and checked as far as the model tells; whether records exist is not known yet. */
export type WebRequest =
  | { kind: 'question'; question: Question }
  | WriteRequest
  | MultipleRequest
  | { kind: 'who-am-i'; asker: Asker }
  | { kind: 'batch'; asker: Asker; items: BatchItem[] };

/**
 * Reads a request to the Web API. Throws what is wrong with it. `permit` is asked about the address before anything else is
 * looked at, and throws when the caller may not go on.
 */
export async function readRequest(message: Message, permit: (resource: Resource) => void): Promise<WebRequest> {
  const address = readAddress(message.url);
  const prefer = readPreferences(message.headers.get('prefer'));
  const { resource } = address;
  permit(resource);
  const asker = { address, prefer };
  const isDerived = ('count' in resource && resource.count) || ('raw' in resource && resource.raw);
  if (isDerived && message.method !== 'GET') throw methodNotAllowed(message, 'GET');
  switch (resource.kind) {
    case 'service':
    case 'metadata':
      return { kind: 'question', question: readQuestion(message, asker, resource) };
    case 'collection':
    case 'record':
    case 'property':
    case 'navigation':
    case 'members':
      return message.method === 'GET'
        ? { kind: 'question', question: readQuestion(message, asker, resource) }
        : readWrite(message, asker, resource);
    case 'multiple':
      return readMultiple(message, asker, resource);
    case 'who-am-i':
      if (message.method !== 'GET') throw methodNotAllowed(message, 'GET');
      return { kind: 'who-am-i', asker };
    case 'batch':
      return { kind: 'batch', asker, items: await readBatch(message) };
  }
}
