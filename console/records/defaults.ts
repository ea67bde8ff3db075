import type { Scalar } from '../../shared/model/edm';
import type { EntityName } from '../../shared/model/entities';
import { propertiesOf } from '../../shared/model/properties';

/** What a new record of a table has when nothing is said. */
export function defaultsOf(table: EntityName): Readonly<Record<string, Scalar>> {
  const defaults: Record<string, Scalar> = {};
  for (const { name, column } of propertiesOf(table).values()) {
    if ((column.kind === 'choice' || column.kind === 'boolean') && column.default !== undefined) {
      defaults[name] = column.default;
    }
  }
  return defaults;
}
