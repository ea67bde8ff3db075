import { readAddress } from './address';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { readPreferences } from './preferences';
import { readQuestion } from './question';
import type { Question } from './question';
import { readWrite } from './write-request';
import type { WriteRequest } from './write-request';

/** A request, understood and checked as far as the model tells; whether records exist is not known yet. */
export type WebRequest = { kind: 'question'; question: Question } | WriteRequest;

/** Reads a request to the Web API. Throws what is wrong with it. */
export async function readRequest(message: Message): Promise<WebRequest> {
  const address = readAddress(message.url);
  const prefer = readPreferences(message.headers.get('prefer'));
  const { resource } = address;
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
    case 'who-am-i':
    case 'batch':
      throw methodNotAllowed(message, 'nothing yet');
  }
}
