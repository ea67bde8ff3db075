import { Badge } from '@fluentui/react-components';
import type { EntityName } from '../../shared/model/entities';
import { placeOf } from '../app/areas';
import { PlaceLink } from '../app/place-link';
import { columnOf, navigationOf } from '../records/columns';
import { display } from '../records/format';
import { toneOf } from '../records/tones';

/** A value in a list or on a form that is only read: lookups lead to their record, states have a colour beside their word. */
export function Cell({ table, property, record }: { table: EntityName; property: string; record: object }) {
  const column = columnOf(table, property);
  const text = display(table, property, record);
  const value = (record as Record<string, unknown>)[property];
  if (text === '') return null;
  if (column.kind === 'lookup') {
    const place = placeOf(navigationOf(table, property).target, String(value));
    return place === undefined ? <>{text}</> : <PlaceLink to={place}>{text}</PlaceLink>;
  }
  const tone = toneOf(column, text);
  if (tone === undefined) return <>{text}</>;
  return (
    <Badge appearance="outline" color={tone}>
      {text}
    </Badge>
  );
}
