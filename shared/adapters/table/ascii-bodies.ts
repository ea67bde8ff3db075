import type { TableClient } from '@azure/data-tables';

type Policy = Parameters<TableClient['pipeline']['addPolicy']>[0];

/**
 * Writes everything beyond ASCII in a request's JSON as `\uXXXX`, which means the same. Azurite joins the pieces of a body
 * as texts and so breaks a letter that lies across two of them.
 */
export const asciiBodies: Policy = {
  name: 'asciiBodies',
  sendRequest: async (request, next) => {
    if (typeof request.body === 'string') {
      request.body = request.body.replace(
        /[\u0080-\uffff]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      if (request.headers.has('Content-Length')) request.headers.set('Content-Length', request.body.length);
    }
    return next(request);
  },
};
