import { actionRights, operations, tableRights } from '../../shared/model/rights';
import type { Role } from '../../shared/model/rights';
import type { ActionName } from '../../shared/model/actions';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { code, heading, table } from './markdown';
import type { Block } from './markdown';

const words = (roles: readonly Role[]) => roles.map((role) => role.replace('IoT.', '')).join(', ') || 'nobody';

/** Which role may do what. */
export function rightsSection(): Block[] {
  return [
    heading(2, 'Rights'),
    'Roles are `IoT.Administrator`, `IoT.EndpointUser` and `IoT.Reader`, here without their prefix. An upsert needs the right ' +
      'to create and the right to update; what is expanded must be readable as well.',
    table(
      ['entity set', ...operations],
      (Object.keys(tableRights) as EntityName[]).map((name) => [
        code(entity(name).set),
        ...operations.map((operation) => words(tableRights[name][operation])),
      ]),
    ),
    table(
      ['action', 'who may call it'],
      (Object.keys(actionRights) as ActionName[]).map((name) => [code(name), words(actionRights[name])]),
    ),
  ];
}
