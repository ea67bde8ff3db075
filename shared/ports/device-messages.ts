/** A device of the hub, as which messages can be sent. */
export interface HubDevice {
  /** Sends one JSON message and resolves when the hub has it. Throws `hub-unreachable` when it is not known to have. */
  send(body: object): Promise<void>;
}

/** Device-to-cloud messages, sent as any device of the hub. */
export interface DeviceMessages {
  /** The device with that Device ID, or why there is none to send as. Throws `hub-unreachable`. */
  find(deviceId: string): Promise<HubDevice | 'unknown' | 'disabled' | 'no-key'>;
}
