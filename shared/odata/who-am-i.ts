import type { HttpResponseInit } from '@azure/functions';
import type { Asker } from './asker';
import { jsonHeaders } from './error-answers';

/** There is one of each; the ids are fixed, so that programs that ask at their start go on. */
const organization = {
  BusinessUnitId: '5d8b6a4e-0001-4cc5-8000-000000000001',
  OrganizationId: '5d8b6a4e-0001-4cc5-8000-000000000003',
};

/** What the answer tells. */
export const whoAmIProperties = [...Object.keys(organization), 'UserId'];

/** The answer to `GET WhoAmI`. */
export function whoAmIAnswer({ address }: Asker, UserId: string): HttpResponseInit {
  const context = `${address.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`;
  return {
    status: 200,
    headers: jsonHeaders,
    body: JSON.stringify({ '@odata.context': context, ...organization, UserId }),
  };
}
