import { forecast } from '../../shared/domain/forecast';
import { registrationAction, registrationStatus } from '../../shared/model/choices';
import type { Device } from '../../shared/model/entities';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const on = new Date(now - 60_000).toISOString();
const device: Device = { msdyn_iotdeviceid: 'id', msdyn_deviceid: 'a' };
const beingRegistered: Device = {
  ...device,
  msdyn_registrationstatus: registrationStatus['In Progress'],
  ccs_registrationrequestedon: on,
  ccs_requestedaction: registrationAction.Register,
};
const tell = (action: Parameters<typeof forecast>[0], of: Device) => {
  const { Outcome, Reason } = forecast(action, of, now, 600_000);
  return `${Outcome}: ${Reason}`;
};

test('a device that is being registered is left alone by another registration, and changed once it is registered', () => {
  expect(tell('Register', beingRegistered)).toBe(`Left alone: It is being registered since ${on}.`);
  expect(tell('Activate', beingRegistered)).toBe('Activated: It is being registered; after that it would be enabled.');
  expect(tell('Deactivate', { ...beingRegistered, msdyn_deviceid: null })).toBe(
    'Deactivated: It is being registered; after that it would be disabled.',
  );
});

test('one that was to be deactivated since would be registered anew', () => {
  const since = { ...beingRegistered, ccs_requestedaction: registrationAction.Deactivate };
  expect(tell('Register', since)).toMatch(/^Registered: /);
});

test('without a Device ID nothing can be enabled or disabled', () => {
  expect(tell('Deactivate', { ...device, msdyn_deviceid: null })).toBe('Failed: It has no Device ID.');
  expect(tell('Deactivate', device)).toBe('Deactivated: Its identity would be disabled, its keys stay as they are.');
});
