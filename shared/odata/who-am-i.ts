import type { HttpResponseInit } from '@azure/functions';
import type { Asker } from './asker';
import { jsonHeaders } from './error-answers';

/**
 * Everybody is the same user for now: a function key says that a caller may, not who he is. The ids are fixed, so that
 * programs that ask at their start go on.
 */
export const everybody = {
  BusinessUnitId: '5d8b6a4e-0001-4cc5-8000-000000000001',
  UserId: '5d8b6a4e-0001-4cc5-8000-000000000002',
  OrganizationId: '5d8b6a4e-0001-4cc5-8000-000000000003',
};

/** The answer to `GET WhoAmI`. */
export function whoAmIAnswer({ address }: Asker): HttpResponseInit {
  const context = `${address.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`;
  return { status: 200, headers: jsonHeaders, body: JSON.stringify({ '@odata.context': context, ...everybody }) };
}
