import type { DeviceTwin, TwinPart } from '../domain/device-twin';

/** An identity of the hub with its twin, as far as we use it. */
export type Identity = Omit<DeviceTwin, 'etag'> & { deviceId: string };

/** An identity to create, with what its twin is to hold. */
export type NewIdentity = TwinPart & { deviceId: string };

/** Why nothing was done for a device. `message` is the hub's. */
export type Refusal =
  { kind: 'exists'; message: string } | { kind: 'missing'; message: string } | { kind: 'refused'; message: string };

/** The refusals of a request, by Device ID: who is not among them was dealt with. */
export type Refusals = ReadonlyMap<string, Refusal>;

/**
 * The identities of the hub. Every method throws `hub-unreachable` or `hub-busy` when the hub does not answer or throttles;
 * what was asked may then be done or not. Lists hold at most 100 devices.
 */
export interface DeviceRegistry {
  /** Enabled, with keys that the hub makes. */
  create(devices: readonly NewIdentity[]): Promise<Refusals>;
  remove(deviceIds: readonly string[]): Promise<Refusals>;
  /** Keys stay as they are. One request for each device, and one for all. */
  setEnabled(deviceIds: readonly string[], enabled: boolean): Promise<Refusals>;
  /** Merges into the twin; null removes. Answers why not, if so. */
  updateTwin(deviceId: string, patch: Partial<TwinPart>): Promise<Refusal | undefined>;
  /** By a query, which may lag some seconds behind. */
  find(deviceIds: readonly string[]): Promise<Identity[]>;
  /** The one, as it is now. */
  look(deviceId: string): Promise<Identity | undefined>;
  /** All, a page at a time; `next` leads to the page after. */
  page(size: number, after: string | null): Promise<{ identities: Identity[]; next: string | null }>;
}
