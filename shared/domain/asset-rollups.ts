import { alertState, registrationStatus } from '../model/choices';
import type { Alert, EntityRecord } from '../model/entities';

/** The columns of a customer asset that sum up its devices and alerts. */
export type Rollups = Pick<
  EntityRecord<'msdyn_customerasset'>,
  'msdyn_registrationstatus' | 'msdyn_alert' | 'msdyn_alertcount' | 'msdyn_lastalerttime'
>;

/** What one device's status means for the whole, the worst first. A device without a status was never registered. */
const worstFirst = [
  registrationStatus.Error,
  registrationStatus['In Progress'],
  registrationStatus.Unregistered,
  registrationStatus.Unknown,
  registrationStatus.Registered,
] as const;

/** Whether all devices of an asset are registered: Registered when they are, else the worst; Unknown without devices. */
export function registrationOf(statuses: readonly (number | null | undefined)[]): number {
  const known = new Set(statuses.map((status) => status ?? registrationStatus.Unregistered));
  return worstFirst.find((status) => known.has(status)) ?? registrationStatus.Unknown;
}

/** What an asset shows of its alerts, as they come by one after the other. */
export function alertFigures() {
  let open = false;
  let parents = 0;
  let latest = '';
  return {
    add: ({ _msdyn_parentalert_value: parent, statecode, msdyn_alerttime, ccs_lastalerttime }: Alert) => {
      // ISO 8601 in UTC: the order of the texts is that of the times.
      for (const time of [msdyn_alerttime, ccs_lastalerttime]) if (time && time > latest) latest = time;
      if (parent) return;
      parents += 1;
      open ||= statecode === alertState.Active || statecode === alertState.InProgress;
    },
    result: (): Omit<Rollups, 'msdyn_registrationstatus'> => ({
      msdyn_alert: open,
      msdyn_alertcount: parents,
      msdyn_lastalerttime: latest === '' ? null : latest,
    }),
  };
}
