import { createHash } from 'node:crypto';
import type { HttpResponseInit } from '@azure/functions';
import { entities } from '../model/entities';
import { jsonAnswer, notModified } from './answers';
import type { Asker } from './asker';
import { csdl } from './csdl';
import type { ModelQuestion } from './question';

let made: { text: string; etag: string } | undefined;

/** The service document, which lists the entity sets, or `$metadata`, which describes them; 304 to whoever has it. */
export function modelAnswer(question: Asker & ModelQuestion): HttpResponseInit {
  const { kind, unless, address } = question;
  made ??= withETag(csdl());
  const { text, etag } = made;
  if (unless.includes(etag) || unless.includes('*')) return notModified(etag);
  // The model changes with the program only, and a caller's copy costs one question to check.
  const headers = { ETag: etag, 'Cache-Control': 'no-cache' };
  if (kind === 'metadata') {
    const type = { 'Content-Type': 'application/xml; charset=utf-8', 'OData-Version': '4.0' };
    return { status: 200, headers: { ...type, ...headers }, body: text };
  }
  const sets = Object.values(entities).map(({ set }) => ({ name: set, kind: 'EntitySet', url: set }));
  return jsonAnswer(question, { '@odata.context': `${address.root}/$metadata`, value: sets }, headers);
}

function withETag(text: string) {
  return { text, etag: `W/"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"` };
}
