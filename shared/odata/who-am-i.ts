import type { HttpResponseInit } from '@azure/functions';
import type { Caller } from '../domain/caller';
import type { Asker } from './asker';
import { jsonHeaders } from './error-answers';

/** There is one of each; the ids are fixed, so that programs that ask at their start go on. */
const organization = {
  BusinessUnitId: '5d8b6a4e-0001-4cc5-8000-000000000001',
  OrganizationId: '5d8b6a4e-0001-4cc5-8000-000000000003',
};

/** What the answer tells, by the types of `$metadata`. Name and roles are ours: pages offer what the caller may do. */
export const whoAmIProperties = {
  BusinessUnitId: 'Edm.Guid',
  OrganizationId: 'Edm.Guid',
  UserId: 'Edm.Guid',
  ccs_name: 'Edm.String',
  ccs_roles: 'Collection(Edm.String)',
} as const;

/** The answer to `GET WhoAmI`. */
export function whoAmIAnswer({ address }: Asker, { id, name, roles }: Caller): HttpResponseInit {
  const told: Record<keyof typeof whoAmIProperties, unknown> = {
    ...organization,
    UserId: id,
    ccs_name: name,
    ccs_roles: roles,
  };
  const context = `${address.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`;
  return { status: 200, headers: jsonHeaders, body: JSON.stringify({ '@odata.context': context, ...told }) };
}
