import type { Entity, Row, State } from '../model/edm';
import { ServiceError } from './errors';

/** A record's state and status reason. */
export interface StateAndStatus {
  statecode: number;
  statuscode: number;
}

/**
 * The state and status that follow from what a caller sent. Only a state: its default status, unless the record is in
 * that state already. Only a status: the state it belongs to. Both: they must belong together. Null is refused.
 */
export function nextState(table: Entity, changes: Row, before: Row | undefined): StateAndStatus {
  const { statecode, statuscode } = changes;
  if (statecode === null || statuscode === null) {
    throw new ServiceError('invalid-value', 'statecode and statuscode cannot be empty.');
  }
  const old = before && stateOf(table, before.statuscode);
  if (statuscode !== undefined) {
    const state = stateOf(table, statuscode);
    if (!state || (statecode !== undefined && statecode !== state.value)) {
      throw new ServiceError(
        'invalid-value',
        `statuscode ${String(statuscode)} does not belong to statecode ${String(statecode)}. ${allowed(table)}`,
      );
    }
    return { statecode: state.value, statuscode: Number(statuscode) };
  }
  if (statecode === undefined && old) return { statecode: old.value, statuscode: Number(before.statuscode) };
  const state = table.states.find(({ value }) => value === (statecode ?? table.states[0]!.value));
  if (!state)
    throw new ServiceError('invalid-value', `${table.set} has no statecode ${String(statecode)}. ${allowed(table)}`);
  if (old === state) return { statecode: state.value, statuscode: Number(before!.statuscode) };
  return { statecode: state.value, statuscode: Object.values(state.statuses)[0]! };
}

function stateOf(table: Entity, statuscode: Row[string]): State | undefined {
  return table.states.find(({ statuses }) => Object.values(statuses).includes(statuscode as number));
}

function allowed({ states }: Entity): string {
  const each = states.map(({ value, name, statuses }) => `${value} (${name}): ${Object.values(statuses).join(', ')}`);
  return `Status reasons by state: ${each.join('; ')}.`;
}
