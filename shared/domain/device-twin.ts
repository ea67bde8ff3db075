import type { JsonObject } from './json-values';

/** What back ends write into a twin. */
export interface TwinPart {
  tags: JsonObject;
  desired: JsonObject;
}

/** A device's twin as the hub has it. Times are milliseconds since 1970, null when there is none. */
export interface DeviceTwin extends TwinPart {
  /** Changes whenever a back end writes. */
  etag: string;
  reported: JsonObject;
  /** Grows with every report; begins at 1. */
  reportedVersion: number;
  connected: boolean;
  /** Hubs do not tell it with every twin. */
  connectionChanged: number | null;
  lastActivity: number | null;
  enabled: boolean;
  statusReason: string | null;
}

/** The twin of a device that nobody wrote to and that was never there. */
export const untouchedTwin: Omit<DeviceTwin, 'etag'> = {
  tags: {},
  desired: {},
  reported: {},
  reportedVersion: 1,
  connected: false,
  connectionChanged: null,
  lastActivity: null,
  enabled: true,
  statusReason: null,
};
