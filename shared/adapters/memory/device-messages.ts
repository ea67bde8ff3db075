import type { DeviceMessages } from '../../ports/device-messages';

/** A hub in this process's memory that knows these devices, for tests and trials; `sent` is what it got. */
export function memoryDeviceMessages(
  devices: Readonly<Record<string, 'enabled' | 'disabled' | 'no-key'>>,
): DeviceMessages & { sent: { deviceId: string; body: object }[] } {
  const sent: { deviceId: string; body: object }[] = [];
  return {
    sent,
    find: async (deviceId) => {
      const state = Object.hasOwn(devices, deviceId) ? devices[deviceId]! : 'unknown';
      return state === 'enabled' ? { send: async (body) => void sent.push({ deviceId, body }) } : state;
    },
  };
}
