import type { HttpResponseInit } from '@azure/functions';
import { ServiceError } from '../domain/errors';
import type { ErrorCode } from '../domain/errors';

/** HTTP status and Dataverse code of each of our errors. */
export const codes: Readonly<
  Record<ErrorCode, { status: number; code: string; headers?: Readonly<Record<string, string>> }>
> = {
  'bad-request': { status: 400, code: '0x80060888' },
  'invalid-value': { status: 400, code: '0x80040203' },
  'unknown-property': { status: 400, code: '0x80048d19' },
  'read-only-property': { status: 400, code: '0x80048d19' },
  'unknown-resource': { status: 404, code: '0x80060888' },
  'not-found': { status: 404, code: '0x80040217' },
  // Dataverse answers 412 to duplicates, too.
  'already-exists': { status: 412, code: '0x80040237' },
  'in-use': { status: 409, code: '0x80040227' },
  'precondition-failed': { status: 412, code: '0x80060882' },
  unsupported: { status: 400, code: '0x80060888' },
  'method-not-allowed': { status: 405, code: '0x80060888' },
  'unsupported-media-type': { status: 415, code: '0x80060888' },
  'too-large': { status: 413, code: '0x80040203' },
  'limit-exceeded': { status: 400, code: '0x80040203' },
  unauthenticated: { status: 401, code: '0x80040220', headers: { 'WWW-Authenticate': 'Bearer' } },
  'missing-role': { status: 403, code: '0x80040220' },
  // What Dataverse answers beyond its own limits.
  'too-many': { status: 429, code: '0x80072322' },
  'not-allowed': { status: 403, code: '0x80040220' },
  // What Dataverse answers when a plug-in stops an operation.
  conflict: { status: 412, code: '0x80040265' },
  'queue-unreachable': { status: 503, code: '0x80044175', headers: { 'Retry-After': '5' } },
  'hub-unreachable': { status: 502, code: '0x80044175' },
  'hub-busy': { status: 503, code: '0x80044175', headers: { 'Retry-After': '30' } },
  'login-unreachable': { status: 503, code: '0x80040216', headers: { 'Retry-After': '10' } },
  'storage-unavailable': { status: 503, code: '0x80040216', headers: { 'Retry-After': '5' } },
};

/** Headers of every answer with a JSON body. */
export const jsonHeaders = {
  'Content-Type': 'application/json; odata.metadata=minimal',
  'OData-Version': '4.0',
};

/**
 * Runs a request's story and turns our errors into answers. Anything else is a fault of ours: `report` hears all of it,
 * the caller only that it happened.
 */
export async function answering(
  story: () => Promise<HttpResponseInit>,
  report: (error: unknown) => void,
): Promise<HttpResponseInit> {
  try {
    return await story();
  } catch (error) {
    if (error instanceof ServiceError) {
      const { status, code, headers } = codes[error.code];
      if (status >= 500) report(error);
      const later = error.retryAfter === undefined ? undefined : { 'Retry-After': String(error.retryAfter) };
      return errorAnswer(status, code, error.message, { ...headers, ...later });
    }
    report(error);
    return errorAnswer(500, '0x80040216', 'The service met an unexpected error; its log says more.');
  }
}

function errorAnswer(status: number, code: string, message: string, headers?: Readonly<Record<string, string>>) {
  return { status, headers: { ...jsonHeaders, ...headers }, body: JSON.stringify({ error: { code, message } }) };
}
