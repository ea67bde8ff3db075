import type { Scalar } from '../../shared/model/edm';
import type { EntityName } from '../../shared/model/entities';
import { formatted } from '../api/web-api';
import { columnOf, optionsOf } from './columns';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });

/** A value of a record as people read it: options and lookups by name, times in the viewer's zone; empty when it has none. */
export function display(table: EntityName, property: string, record: object): string {
  const value = (record as Readonly<Record<string, Scalar | undefined>>)[property] ?? '';
  if (value === '') return '';
  const column = columnOf(table, property);
  switch (column.kind) {
    case 'choice':
      return optionsOf(column).find((option) => option.value === value)?.name ?? String(value);
    case 'datetime':
      return displayTime(String(value));
    case 'boolean':
      return value === true ? 'Yes' : 'No';
    case 'integer':
    case 'decimal':
      return number.format(Number(value));
    case 'lookup':
      return formatted(record, property) ?? '(record without a name)';
    case 'id':
    case 'guid':
    case 'string':
    case 'memo':
      return String(value);
  }
}

/** A time of the Web API in the viewer's zone and manner of writing. */
export function displayTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : moment.format(time);
}

/** What `datetime-local` fields take: the viewer's zone, to the second. */
export function toLocalInput(iso: string): string {
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The reason of a decision without its codes: `code, code: Words.` */
export function reasonInWords(reason: string | null | undefined): string {
  return reason?.replace(/^[a-z][a-z-]*(, [a-z][a-z-]*)*: /, '') ?? '';
}
