import { createHash } from 'node:crypto';
import { alertType } from '../model/choices';
import { propertyOf } from '../model/edm';
import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { cutTo } from './clean-text';

/** The records a group key may be built from. */
export interface KeySources {
  alert: Row;
  device: Row | undefined;
  category: Row | undefined;
}

/** One column of the group key. */
export interface KeyColumn {
  source: keyof KeySources;
  property: string;
}

const tables: Record<keyof KeySources, EntityName> = {
  alert: 'msdyn_iotalert',
  device: 'msdyn_iotdevice',
  category: 'msdyn_iotdevicecategory',
};

const longestKey = 400;

/**
 * Reads the setting that says which alerts belong together: columns such as
 * `alert.msdyn_deviceid, alert.ccs_readingtype` or `device.msdyn_account`. Throws with what is allowed.
 */
export function parseGroupBy(text: string): KeyColumn[] {
  const columns = text.split(',').map((part) => readColumn(part.trim()));
  if (columns.length > 8) throw new Error('at most 8 columns can form a group key');
  return columns;
}

/**
 * The group an alert belongs to. When one of the columns has no value (an unknown device has no category, say) the
 * alert is grouped by its device id instead, because having nothing in common is not being the same. Test alerts are a
 * group of their own: a real alert must never be taken for the repeat of a test.
 */
export function groupKeyOf(columns: readonly KeyColumn[], sources: KeySources, deviceId: string): string {
  const together = valuesTogether(columns, sources) ?? deviceId;
  const key = sources.alert['msdyn_alerttype'] === alertType.Test ? `${together} | tests` : together;
  if (key.length <= longestKey) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${cutTo(key, longestKey - hash.length - 1)}#${hash}`;
}

/** Undefined when one has none. Without lists in between, because this is asked for every alert that is posted. */
function valuesTogether(columns: readonly KeyColumn[], sources: KeySources): string | undefined {
  let together: string | undefined;
  for (const { source, property } of columns) {
    const value = sources[source]?.[property] ?? '';
    if (value === '') return undefined;
    const text = typeof value === 'string' && value.includes('|') ? value.replaceAll('|', '||') : String(value);
    together = together === undefined ? text : `${together} | ${text}`;
  }
  return together;
}

function readColumn(text: string): KeyColumn {
  const [source, name, ...more] = text.split('.');
  const table = source !== undefined && source in tables ? tables[source as keyof KeySources] : undefined;
  const column = table && name !== undefined ? entity(table).columns[name] : undefined;
  if (!table || !name || !column || more.length > 0) {
    throw new Error(
      `"${text}" is not a column; write alert., device. or category. and the column's name, e.g. alert.msdyn_deviceid`,
    );
  }
  return { source: source as keyof KeySources, property: propertyOf(name, column) };
}
