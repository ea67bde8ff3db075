import { ServiceError } from './errors';
import { guidOf } from './field-values';

/** What one call may ask for, so that it ends in time: where each id is dealt with at once, and where it is put in a job. */
const mostIds = 1_000;
export const mostIdsInJob = 20_000;

/** An id of a list, and its place among those that are not empty. */
export interface ListedId {
  id: string;
  at: number;
}

/**
 * Reads the ids in a parameter: separated by commas, in braces or not, in any letter case. Empty members are ignored, and of
 * an id that comes twice the first counts. A malformed one, none at all, or too many are refused.
 */
export function idsIn(parameter: string, text: string, most = mostIds): ListedId[] {
  const members = text.split(',').map((member) => member.trim());
  const listed = members.filter((member) => member !== '');
  if (listed.length === 0) {
    throw new ServiceError('invalid-value', `${parameter} names no record. Send ids (GUIDs), separated by commas.`);
  }
  if (listed.length > most) {
    throw new ServiceError('limit-exceeded', `${parameter} has ${listed.length} ids; at most ${most} are allowed.`);
  }
  const ids = new Map<string, ListedId>();
  for (const [at, member] of listed.entries()) {
    const id = guidOf(/^\{(.*)\}$/s.exec(member)?.[1] ?? member);
    if (id === undefined) {
      throw new ServiceError('bad-request', `${parameter} holds '${member.slice(0, 60)}', which is no GUID.`);
    }
    if (!ids.has(id)) ids.set(id, { id, at });
  }
  return [...ids.values()];
}

/** Members of a list that goes with the ids, by place; null where one is blank or missing. More than ids are refused. */
export function membersIn(parameter: string, text: string | null, ids: number): (at: number) => string | null {
  const members = text === null ? [] : text.split(',').map((member) => member.trim());
  if (members.length > ids) {
    throw new ServiceError('invalid-value', `${parameter} has ${members.length} members for ${ids} ids in EntityIds.`);
  }
  return (at) => members[at] || null;
}
