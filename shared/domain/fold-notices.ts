import { registrationStatus } from '../model/choices';
import type { Device } from '../model/entities';
import { laterOf } from './device-data';
import type { Notice } from './hub-notice';
import { merged, objectIn } from './json-values';
import { keptProperties } from './reported-properties';
import { withoutTwin } from './twin-sync';

/** What notices come to for one device. */
export interface Folded {
  /** What changes on its record; empty when they are old news. */
  columns: Device;
  /** Whether reports are missing between, so that all of the twin has to be read. */
  pull: boolean;
}

/**
 * Folds what the hub told of a device, in order, into its record. Old notices change nothing: a connection counts when its
 * number is higher than that of the last, a report when its version is, a deletion when it came after the registration that
 * was asked for last. The hub tells of our own registrations too; they change nothing.
 */
export function foldNotices(device: Device, notices: readonly Notice[]): Folded {
  let now = device;
  let pull = false;
  for (const notice of notices) {
    const { gap, ...columns } = after(now, notice);
    now = { ...now, ...columns };
    pull ||= gap === true;
  }
  const changed = Object.entries(now).filter(([name, value]) => value !== (device[name as keyof Device] ?? null));
  return { columns: Object.fromEntries(changed), pull };
}

function after(device: Device, notice: Notice): Device & { gap?: true } {
  switch (notice.kind) {
    case 'connection':
      return connectionOf(device, notice);
    case 'reported':
      return reportOf(device, notice);
    case 'created':
      return creationOf(device);
    case 'deleted':
      return deletionOf(device, notice);
  }
}

function connectionOf(device: Device, { connected, sequence, time }: Notice & { kind: 'connection' }): Device {
  if (sequence <= (device.ccs_connectionsequence ?? '')) return {};
  const at = new Date(time).toISOString();
  return {
    msdyn_connectionstate: connected,
    ccs_connectionstateupdatedon: at,
    ccs_connectionsequence: sequence,
    ...(connected && { msdyn_lastactivitytime: laterOf(device.msdyn_lastactivitytime, at) }),
  };
}

/** A twin's first version is 1, with nothing reported. */
const untouched = 1;

function reportOf(device: Device, notice: Notice & { kind: 'reported' }): Device & { gap?: true } {
  const { version, whole, properties, time } = notice;
  const known = device.ccs_reportedversion ?? untouched;
  if (version !== null && version <= known) return {};
  const isFirst = version === untouched + 1;
  const old = whole || isFirst ? {} : (objectIn(device.msdyn_devicereportedproperties) ?? {});
  const { text, message } = keptProperties(merged(old, properties));
  const isNext = whole || version === known + 1;
  return {
    msdyn_devicereportedproperties: text,
    ...(version !== null && { ccs_reportedversion: version }),
    ...((whole || message !== undefined) && { ccs_datamessage: message ?? null }),
    msdyn_lastactivitytime: laterOf(device.msdyn_lastactivitytime, new Date(time).toISOString()),
    ...(!isNext && { gap: true }),
  };
}

function creationOf({ msdyn_registrationstatus: status }: Device): Device {
  const { Registered, 'In Progress': inProgress } = registrationStatus;
  if (status === Registered || status === inProgress) return {};
  return {
    msdyn_registrationmessage:
      'A device of this Device ID was created in the IoT Hub. Register the device here to use it (msdyn_RegisterIoTDevice).',
  };
}

function deletionOf(device: Device, { time }: Notice & { kind: 'deleted' }): Device {
  if (time < Date.parse(device.ccs_registrationrequestedon ?? '')) return {};
  const at = new Date(time).toISOString();
  const isOurs = device.msdyn_registrationstatus === registrationStatus.Registered;
  return {
    ...(device.msdyn_connectionstate && { msdyn_connectionstate: false, ccs_connectionstateupdatedon: at }),
    // The twin went with the identity: a new one begins anew.
    ...withoutTwin,
    ...(isOurs && {
      msdyn_registrationstatus: registrationStatus.Unregistered,
      msdyn_registrationmessage: `The device was deleted in the IoT Hub at ${at}. To use it again, register it (msdyn_RegisterIoTDevice).`,
    }),
  };
}
