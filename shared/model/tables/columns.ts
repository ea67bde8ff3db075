import * as choices from '../choices';
import type { State } from '../edm';

/* Short forms for the columns of a table's row. Each returns a literal, so that the type of a record follows from it. */

export const text = (label: string, maxLength = 100) => ({ kind: 'string', label, maxLength }) as const;
export const memo = (label: string, maxLength: number) => ({ kind: 'memo', label, maxLength }) as const;
export const time = (label: string) => ({ kind: 'datetime', label }) as const;
export const id = (label: string) => ({ kind: 'id', label }) as const;
export const guid = (label: string) => ({ kind: 'guid', label }) as const;
export const whole = (label: string, min: number, max: number) => ({ kind: 'integer', label, min, max }) as const;
export const amount = (label: string) =>
  ({ kind: 'decimal', label, min: -100_000_000_000, max: 100_000_000_000 }) as const;
export const choice = <O extends Readonly<Record<string, number>>>(label: string, options: O) =>
  ({ kind: 'choice', label, options }) as const;
export const choiceOr = <O extends Readonly<Record<string, number>>>(label: string, options: O, value: O[keyof O]) =>
  ({ kind: 'choice', label, options, default: value }) as const;

/** A lookup to one table. `collection` is the navigation that leads back: from the target to all that look at it. */
export const lookup = (label: string, table: string, navigation: string, collection: string) =>
  ({ kind: 'lookup', label, targets: [{ table, navigation, collection }] }) as const;

export const readOnly = <C extends object>(column: C) => ({ ...column, readOnly: true }) as const;
export const fixed = <C extends object>(column: C) => ({ ...column, fixed: true }) as const;
export const required = <C extends object>(column: C) => ({ ...column, required: true }) as const;

/** When, and by whom, a record of the table was made and last written. */
export const createdAndModified = (table: string) =>
  ({
    createdon: readOnly(time('Created On')),
    createdby: readOnly(lookup('Created By', 'systemuser', 'createdby', `lk_${table}_createdby`)),
    modifiedon: readOnly(time('Modified On')),
    modifiedby: readOnly(lookup('Modified By', 'systemuser', 'modifiedby', `lk_${table}_modifiedby`)),
  }) as const;

/** States of a table that has none of its own. */
export const active: readonly State[] = [
  { value: choices.plainState.Active, name: 'Active', statuses: { Active: choices.plainStatus.Active } },
  { value: choices.plainState.Inactive, name: 'Inactive', statuses: { Inactive: choices.plainStatus.Inactive } },
];

/** Their columns. */
export const plainStates = {
  statecode: choiceOr('Status', choices.plainState, choices.plainState.Active),
  statuscode: choice('Status Reason', choices.plainStatus),
} as const;

const largestCount = 2_147_483_647;

/** A number of things. */
export const count = (label: string) => whole(label, 0, largestCount);

/** Computed on read; see `computedFrom` in `edm.ts`. */
export const computed = <C extends object>(column: C, ...from: string[]) =>
  ({ ...column, readOnly: true, computedFrom: from }) as const;
