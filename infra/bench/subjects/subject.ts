import type { BenchAlert, WorkloadName } from '../workload';

/** A batch made ready ahead of the clock. Done when the subject has answered for it. */
export interface Work {
  alerts: number;
  run(): Promise<void>;
}

/** Something that takes batches of alerts. */
export interface Subject {
  /** Batches, by lane: those of a lane are run one after the other, the lanes side by side. */
  prepare(alerts: Iterable<BenchAlert>, batch: number): Work[][];
  /** Of the process that does the work. */
  usage(): Usage;
  /** The tickets that were opened, once none is missing or none follows any more. `alerts` were taken. */
  tickets(wanted: { keys: number; alerts: number }): Promise<number>;
  close(): Promise<void>;
}

export interface Usage {
  cpuSeconds: number;
  peakMb: number;
  /** Memory in use now. */
  residentMb: number;
}

/** What a subject finds: a storage account that holds nothing, and a hub for the host to listen to. */
export interface Surroundings {
  storageConnectionString: string;
  eventHubConnectionString: string;
  eventHubName: string;
  devices: number;
  workload: WorkloadName;
}

/** As many connections, or hub partitions, as work side by side. */
export const lanes = 8;

/** Deals batches out to the lanes in turn. */
export function dealt(batches: readonly Work[], count: number = lanes): Work[][] {
  return Array.from({ length: count }, (_, lane) => batches.filter((_, i) => i % count === lane));
}
