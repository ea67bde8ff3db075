import type { Scalar } from '../../shared/model/edm';
import type { EntityName } from '../../shared/model/entities';
import type { Entered } from '../records/draft';

/** A column of the record that a form shows, and what to do with what is entered. */
export interface FieldProps {
  table: EntityName;
  property: string;
  value: Scalar;
  /** The record that is shown, for the names of lookups. */
  record: object;
  fixed: boolean;
  onEnter: (entered: Entered) => void;
}
