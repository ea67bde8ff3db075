import type { ActionName } from '../../shared/model/actions';
import type { EntityName } from '../../shared/model/entities';
import { actionRights, tableRights } from '../../shared/model/rights';
import type { Operation, Role } from '../../shared/model/rights';

/** What somebody may do, by the table that the service goes by: what he may not is not offered to him. */
export interface May {
  act(name: ActionName): boolean;
  write(operation: Exclude<Operation, 'read'>, name: EntityName): boolean;
  read(name: EntityName): boolean;
}

export function mayOf(held: readonly Role[]): May {
  const some = (allowed: readonly Role[]) => allowed.some((role) => held.includes(role));
  return {
    act: (name) => some(actionRights[name]),
    write: (operation, name) => some(tableRights[name][operation]),
    read: (name) => some(tableRights[name].read),
  };
}
