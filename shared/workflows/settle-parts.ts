import type { Range } from '../domain/coverage';
import type { ServiceError } from '../domain/errors';
import type { Arrival } from '../domain/fold';
import type { Opened } from '../domain/settlement';
import type { Source } from '../ports/alert-ledger';
import type { DeviceView } from './device-directory';

/** A request over the Web API whose sender may repeat himself: his name for it, and a hash of its body. */
export interface Request {
  key: string;
  body: string;
}

/** Where events come from: a hub partition, and the ranges of positions that a batch of it covers. */
export interface Origin {
  source: Source;
  covered: readonly Range[];
  /** Keeps, with the reason, what is in the event of an alert that cannot be stored. Doing it again changes nothing. */
  setAside(arrival: Arrival, words: string): Promise<void>;
}

export interface Settled {
  opened: Opened[];
  /** Alerts that an earlier delivery had settled already. */
  skipped: number;
  /** Ids of arrivals with a target that were written, by its index. */
  ids: Map<number, string>;
  /** Indexes of targets that are events of earlier alerts: nothing was written for them. */
  repeats: number[];
  /** Why nothing of this part is settled, while what went together with it is. */
  refusal?: ServiceError;
}

/** What a batch brings to one shard. */
export interface Part {
  arrivals: readonly Arrival[];
  origin: Origin | undefined;
  request: Request | undefined;
  devices: DeviceView;
}

/** A part of which some may be settled. */
export interface Work extends Part {
  settled: Settled;
}
