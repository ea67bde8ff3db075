import type { Alert } from '../../shared/model/entities';
import type { WebApi } from '../api/web-api';

export interface Recent<T> {
  alerts: T[];
  /** Whether that is all of them. */
  complete: boolean;
}

const mostLookedAt = 10_000;
const select = [
  'msdyn_iotalertid',
  '_msdyn_device_value',
  '_msdyn_parentalert_value',
  '_msdyn_case_value',
  '_msdyn_workorder_value',
  'ccs_readingtype',
  'ccs_reading',
] as const;

/** Alerts of a category's devices that were created since then, newest first, as far as one may look. */
export async function recentAlerts(api: WebApi, category: string, since: Date): Promise<Recent<Alert>> {
  const devices = new Set<string>();
  const wanted = { select: ['msdyn_iotdeviceid'], filter: `_msdyn_category_value eq ${category}` };
  for (let page = await api.list('msdyn_iotdevice', wanted, 5000); ;) {
    for (const { msdyn_iotdeviceid: id } of page.records) devices.add(id!);
    if (page.next === undefined) break;
    page = await api.follow('msdyn_iotdevice', page.next, 5000);
  }
  const alerts: Alert[] = [];
  let looked = 0;
  const options = { select, filter: `createdon ge ${since.toISOString()}` };
  for (let page = await api.list('msdyn_iotalert', options, 500); ;) {
    looked += page.records.length;
    alerts.push(...page.records.filter(({ _msdyn_device_value: id }) => id && devices.has(id)));
    if (page.next === undefined) return { alerts, complete: true };
    if (looked >= mostLookedAt) return { alerts, complete: false };
    page = await api.follow('msdyn_iotalert', page.next, 500);
  }
}
