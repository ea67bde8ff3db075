import { alertFigures, registrationOf } from '../../shared/domain/asset-rollups';
import { registrationStatus } from '../../shared/model/choices';
import type { Alert } from '../../shared/model/entities';

const { Unknown, Unregistered, Registered, Error: failed, 'In Progress': inProgress } = registrationStatus;

describe('the registration status of an asset', () => {
  test.each<{ which: string; devices: (number | null)[]; status: number }>([
    { which: 'without devices is unknown', devices: [], status: Unknown },
    { which: 'is Registered when its only device is', devices: [Registered], status: Registered },
    { which: 'is Registered when all devices are', devices: [Registered, Registered], status: Registered },
    { which: 'is In Progress while one device is', devices: [Registered, inProgress, Registered], status: inProgress },
    { which: 'is Error when one device failed', devices: [Registered, failed], status: failed },
    { which: 'is Error, not In Progress, with one of each', devices: [inProgress, failed], status: failed },
    { which: 'is Unregistered when one device is', devices: [Registered, Unregistered], status: Unregistered },
    { which: 'is Unregistered when a device was never registered', devices: [Registered, null], status: Unregistered },
    { which: 'is In Progress rather than Unregistered', devices: [Unregistered, inProgress], status: inProgress },
    { which: 'is unknown when nothing worse is known', devices: [Registered, Unknown], status: Unknown },
    { which: 'is Unregistered rather than unknown', devices: [Unknown, null], status: Unregistered },
  ])('$which', ({ devices, status }) => {
    expect(registrationOf(devices)).toBe(status);
    expect(registrationOf(devices.toReversed())).toBe(status);
  });
});

describe('the alerts of an asset', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute)).toISOString();
  const parent = (statecode: number, more: Alert = {}): Alert => ({ statecode, msdyn_alerttime: at(0), ...more });
  const child: Alert = { statecode: 0, msdyn_alerttime: at(9), _msdyn_parentalert_value: 'p' };
  const none = { msdyn_alert: false, msdyn_alertcount: 0, msdyn_lastalerttime: null };

  test.each<{ which: string; alerts: Alert[]; shows: object }>([
    { which: 'no alerts', alerts: [], shows: none },
    {
      which: 'an active one',
      alerts: [parent(0)],
      shows: { msdyn_alert: true, msdyn_alertcount: 1, msdyn_lastalerttime: at(0) },
    },
    { which: 'one in progress', alerts: [parent(2)], shows: { msdyn_alert: true, msdyn_alertcount: 1 } },
    { which: 'an inactive one', alerts: [parent(1)], shows: { msdyn_alert: false, msdyn_alertcount: 1 } },
    { which: 'closed ones', alerts: [parent(3), parent(3)], shows: { msdyn_alert: false, msdyn_alertcount: 2 } },
    {
      which: 'duplicates, which are not counted but have a time',
      alerts: [parent(3), child, child],
      shows: { msdyn_alert: false, msdyn_alertcount: 1, msdyn_lastalerttime: at(9) },
    },
    {
      which: 'a primary alert that tells the time of its last duplicate',
      alerts: [parent(0, { ccs_lastalerttime: at(5) }), parent(0, { msdyn_alerttime: at(3) })],
      shows: { msdyn_alertcount: 2, msdyn_lastalerttime: at(5) },
    },
    {
      which: 'an alert without a time',
      alerts: [{ statecode: 0 }],
      shows: { msdyn_alert: true, msdyn_lastalerttime: null },
    },
  ])('show $which', ({ alerts, shows }) => {
    const figures = alertFigures();
    for (const alert of alerts) figures.add(alert);
    expect(figures.result()).toMatchObject(shows);
  });
});
