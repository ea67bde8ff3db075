import { createHash } from 'node:crypto';
import { actionRights, roles, tableRights } from '../model/rights';
import type { Operation, Role } from '../model/rights';
import type { ActionName } from '../model/actions';
import type { Limited } from '../model/costs';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { localUser } from '../model/tables/users';
import { cutTo } from './clean-text';
import { ServiceError } from './errors';

/** Who calls, and as what. */
export interface Caller {
  /** The id of the user's record. */
  id: string;
  name: string;
  /** Of a person or program that Microsoft Entra ID knows. */
  objectId?: string;
  roles: readonly Role[];
  /** Uses up what a caller is limited in, or throws `too-many`. Who sits at the machine itself is not limited. */
  spend?(what: Limited, units: number): void;
}

/** Whoever sits at the machine that the app runs on, where nobody is asked who he is. */
export const localCaller: Caller = { id: localUser, name: 'Local User', roles };

/** The caller behind an access key. One name is one user, however often the key is changed. */
export function callerOfKey(name: string, granted: readonly Role[]): Caller {
  const hex = createHash('sha256').update(`access key ${name}`).digest('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { id, name, roles: granted };
}

/** The caller that claims tell of: `oid` is who, `roles` is as what. Roles that are not ours are somebody else's. */
export function callerOfClaims(claims: Readonly<Record<string, unknown>>): Caller {
  const { oid, name, preferred_username: login, roles: claimed } = claims;
  if (typeof oid !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(oid)) {
    throw new ServiceError('unauthenticated', 'The token does not say whose it is: it has no object id (oid).');
  }
  const id = oid.toLowerCase();
  const names = [name, login, claims['azp'], claims['appid']].filter((each) => typeof each === 'string');
  const held = Array.isArray(claimed) ? claimed : [];
  return { id, name: cutTo(names[0] ?? id, 200), objectId: id, roles: roles.filter((role) => held.includes(role)) };
}

/** Refuses a caller who may not call the action. */
export function demandAction({ roles: held }: Caller, name: ActionName): void {
  demand(held, actionRights[name], `call ${name}`);
}

/** Refuses a caller who may not do this to records of the table. */
export function demandTable({ roles: held }: Caller, operation: Operation, name: EntityName): void {
  const { set } = entity(name);
  const needed = tableRights[name][operation];
  if (needed.length === 0) {
    throw new ServiceError('not-allowed', `Records of ${set} are written by the service only.`);
  }
  demand(held, needed, `${operation} records of ${set}`);
}

/** Refuses a caller who has a name but no role at all. */
export function demandAnyRole({ roles: held }: Caller): void {
  demand(held, roles, 'use this service');
}

function demand(held: readonly Role[], needed: readonly Role[], what: string): void {
  if (needed.some((role) => held.includes(role))) return;
  const has = held.length === 0 ? 'You have no role here' : `You are ${held.join(' and ')}`;
  throw new ServiceError('missing-role', `To ${what}, you need the role ${needed.join(' or ')}. ${has}.`);
}
