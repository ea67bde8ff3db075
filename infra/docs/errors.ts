import type { ErrorCode } from '../../shared/domain/errors';
import { codes } from '../../shared/odata/error-answers';
import { code, heading, table } from './markdown';
import type { Block } from './markdown';

const meanings: Readonly<Record<ErrorCode, string>> = {
  'bad-request': 'Malformed: JSON, a path, a query option, a GUID',
  'invalid-value': 'A value of the wrong type, length or range, or a required one that is missing',
  'unknown-property': 'No such property or navigation on this table',
  'read-only-property': 'A property that only the service writes',
  'unknown-resource': 'No such entity set, property, navigation or action in the address',
  'not-found': 'No such record',
  'already-exists': 'The id or the second key is in use',
  'in-use': 'Other records need this one, so it cannot be deleted',
  'precondition-failed': '`If-Match` or `If-None-Match` does not hold',
  unsupported: 'Understood, but not offered',
  'method-not-allowed': 'The address exists, but not for this method',
  'unsupported-media-type': 'A body of a kind that is not offered here',
  'too-large': 'A body beyond the limit',
  'limit-exceeded': 'More would have to be read or returned than one request may',
  unauthenticated: 'No token and no access key, or one that is not good; `WWW-Authenticate` is sent',
  'missing-role': 'None of your roles may do this; the message says which role may',
  'too-many': 'You have used up what you may use in this time; `Retry-After` says when there is more',
  'not-allowed': 'A rule of the business forbids it',
  conflict: 'A rule of the business forbids it as the records stand; the message says what to do first',
  'queue-unreachable': 'The queue cannot be reached; try again',
  'hub-unreachable': 'The IoT Hub cannot be reached',
  'hub-busy': 'the IoT Hub takes no more requests for now',
  'login-unreachable': 'The keys that tokens are verified with cannot be had; try again',
  'storage-unavailable': 'Storage is busy or cannot be reached; `Retry-After` says when to try again',
};

/** What refusals look like. */
export function errorsSection(): Block[] {
  return [
    heading(2, 'Errors'),
    'The body is `{"error":{"code":"0x…","message":"…"}}`; the message says what was wrong, where, and what is allowed. ' +
      'A refused request has written nothing.',
    table(
      ['status', 'code', 'when'],
      (Object.keys(meanings) as ErrorCode[])
        .toSorted((a, b) => codes[a].status - codes[b].status)
        .map((name) => [String(codes[name].status), code(codes[name].code), meanings[name]]),
    ),
  ];
}
