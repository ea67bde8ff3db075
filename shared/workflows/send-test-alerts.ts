import { ServiceError } from '../domain/errors';
import type { DeviceMessages, HubDevice } from '../ports/device-messages';
import type { RecordStore, Stored } from '../ports/record-store';
import type { Device } from '../model/entities';
import { inTurns } from './in-turns';
import { findDevices } from './register-devices';

export interface TestAlertDeps {
  records: RecordStore;
  messages: DeviceMessages;
  now(): number;
  unique(): string;
}

/** Each is a connection to the hub, so few at the same time. */
const atOnce = 8;

const whyNot = {
  unknown: 'is not registered in the IoT Hub. Register it first (msdyn_RegisterIoTDevice)',
  disabled: 'is disabled in the IoT Hub',
  'no-key': 'has no symmetric key in the IoT Hub, so that nothing can be sent as it',
} as const;

/**
 * Sends an alert of type Test through the hub as each of these devices (ids of their records). Nothing is sent unless all
 * of them exist, here and in the hub. When the hub fails half-way, some alerts were sent; sending again does no harm.
 */
export async function sendTestAlerts(ids: readonly string[], deps: TestAlertDeps): Promise<void> {
  const devices = await findDevices(ids, deps.records);
  const senders: { deviceId: string; sender: HubDevice }[] = [];
  await inTurns(devices, atOnce, async (device, index) => {
    senders[index] = await senderOf(device, deps.messages);
  });
  await inTurns(senders, atOnce, async ({ deviceId, sender }) => sender.send(testAlert(deviceId, deps)));
}

async function senderOf({ row }: Stored, messages: DeviceMessages) {
  const { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId }: Device = row;
  const named = `msdyn_iotdevices(${id})`;
  if (!deviceId) throw new ServiceError('conflict', `${named} has no Device ID. Register it first. Nothing was sent.`);
  const sender = await messages.find(deviceId);
  if (typeof sender === 'object') return { deviceId, sender };
  throw new ServiceError('conflict', `${named}, Device ID '${deviceId}', ${whyNot[sender]}. Nothing was sent.`);
}

/** An alert record as devices send it. */
function testAlert(deviceId: string, { now, unique }: TestAlertDeps) {
  return {
    deviceid: deviceId,
    alerttype: 'Test',
    readingtype: 'Test',
    ruleoutput: 'TestAlert',
    eventtoken: unique(),
    time: new Date(now()).toISOString(),
  };
}
