import { registrationStatus } from '../model/choices';
import type { Device } from '../model/entities';
import { isBeingRegistered, request } from './registration';
import type { DeviceAction } from './registration';

/** What would become of one device, in the words of `ccs_DeviceOutcome`. */
export interface Forecast {
  /** The record; null where there is none yet. */
  IoTDeviceId: string | null;
  DeviceId: string | null;
  Outcome: string;
  Reason: string;
}

/** What an action would do, or has begun to do. */
export interface Forecasts {
  ccs_devicejobid: string | null;
  Devices: number;
  /** Those that something would be done for. */
  Affected: number;
  Outcomes: Forecast[];
}

/** What a request would mean for a device as its record is now; what the hub has is seen when it is carried out. */
export function forecast(action: DeviceAction, device: Device, now: number, timeout: number): Forecast {
  const { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId } = device;
  const [Outcome, Reason] = action === 'Register' ? registering(device, now, timeout) : others[action](device);
  return { IoTDeviceId: id!, DeviceId: deviceId ?? (action === 'Register' ? id! : null), Outcome, Reason };
}

type Words = [outcome: string, reason: string];

export const unaffected = 'Left alone';

function registering(device: Device, now: number, timeout: number): Words {
  const { kind, reason } = request('Register', device, now, timeout);
  switch (kind) {
    case 'wait':
      return [unaffected, `It is being registered since ${device.ccs_registrationrequestedon}.`];
    case 'again':
      return ['Looked after', 'It is registered: its identity would be enabled, its twin brought up to date.'];
    case 'start':
      if (reason === 'timed-out') return ['Registered', 'It was being registered, but for too long.'];
      return device.msdyn_deviceid
        ? ['Registered', 'It is not registered. An identity that the IoT Hub has already would be taken over.']
        : ['Registered', 'It is not registered. It has no Device ID, so that it would get the id of its record.'];
  }
}

const others: Readonly<Record<Exclude<DeviceAction, 'Register'>, (device: Device) => Words>> = {
  Unregister: ({ msdyn_deviceid: deviceId }) =>
    deviceId
      ? ['Unregistered', 'Its identity would be deleted, with its keys and its twin.']
      : ['Unregistered', 'It has no Device ID, so that there is nothing to delete.'],
  Activate: (device) => changing(device, 'Activated', 'enabled'),
  Deactivate: (device) => changing(device, 'Deactivated', 'disabled'),
};

function changing(device: Device, outcome: string, state: string): Words {
  if (isBeingRegistered(device)) return [outcome, `It is being registered; after that it would be ${state}.`];
  if (!device.msdyn_deviceid) return ['Failed', 'It has no Device ID.'];
  return [outcome, `Its identity would be ${state}, its keys stay as they are.`];
}

/** What pulling their data would mean for devices: all of them, or none while one has no Device ID. */
export function pullForecast(devices: readonly Device[]): Forecast[] {
  const isRefused = devices.some(({ msdyn_deviceid: deviceId }) => !deviceId);
  return devices.map(({ msdyn_iotdeviceid: id, msdyn_deviceid: deviceId, msdyn_registrationstatus: status }) => {
    const [Outcome, Reason] = pulling(deviceId != null, isRefused, status === registrationStatus.Registered);
    return { IoTDeviceId: id!, DeviceId: deviceId ?? null, Outcome, Reason };
  });
}

function pulling(hasDeviceId: boolean, isRefused: boolean, isRegistered: boolean): Words {
  if (!hasDeviceId) return ['Failed', 'It has no Device ID. Register it first, or leave it out.'];
  if (isRefused) return [unaffected, 'Nothing is done for any device while one of them has no Device ID.'];
  if (isRegistered)
    return ['Pulled', 'What the IoT Hub knows of it would be written to its record and its data history.'];
  return ['Pulled', 'It is not registered: the IoT Hub would be asked all the same, and may not have it.'];
}
