/** What the fleet's worker process is told, as JSON in its environment, so that no key shows in a list of processes. */
export interface WorkerOptions {
  /** Of the hub, with the right to create identities. */
  connectionString: string;
  ids: string[];
  interval: number;
  repeat: number;
  storm: boolean;
  seed: number;
  /** Only creates the identities and ends. */
  registerOnly?: boolean;
}

export const workerVariable = 'CCS_FLEET';

/** What the worker reports over its IPC channel. */
export type WorkerReport =
  /** Every device has an identity; they connect, and are silent until they are told to speak. */
  | { type: 'ready'; created: number }
  | { type: 'figures'; devices: number; online: number; sent: number; failed: number; trouble?: string };

/** What the worker is told over it. */
export type WorkerOrder = { type: 'speak' };
