import { ServiceError } from '../domain/errors';
import { guidOf } from '../domain/field-values';
import type { RecordKey } from '../domain/record-key';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';

/** What stands between the parentheses of `set(…)`: a GUID, or `property='value'` with the alternate or primary key. */
export function keyOf(name: EntityName, inner: string): RecordKey {
  const { set, key, alternateKey } = entity(name);
  const text = inner.trim();
  const id = guidOf(text);
  if (id !== undefined) return { entity: name, by: 'id', id };

  const [, property, value] = /^([A-Za-z_]\w*)\s*=\s*(.*)$/s.exec(text) ?? [];
  if (property === key) {
    const named = guidOf(value);
    if (named !== undefined) return { entity: name, by: 'id', id: named };
  }
  if (property !== undefined && property === alternateKey) {
    const quoted = /^'((?:[^']|'')*)'$/s.exec(value!)?.[1];
    if (quoted !== undefined) return { entity: name, by: 'alternate-key', value: quoted.replaceAll("''", "'") };
  }
  const ways = [
    `${set}(00000000-0000-0000-0000-000000000001)`,
    ...(alternateKey ? [`${set}(${alternateKey}='…')`] : []),
  ];
  throw new ServiceError('bad-request', `'${text}' is no key of ${set}. Write ${ways.join(' or ')}.`);
}
