/** What a batch of n events costs, fitted to measurements: `fixed + each * n`. */
export interface LinearCost {
  fixed: number;
  each: number;
}

export interface Costs {
  /** Milliseconds of one core. */
  cpu: LinearCost;
  /** Rows written to the tables. */
  rows: LinearCost;
}

export interface Deployment {
  hubPartitions: number;
  /** Host instances; a partition is worked on by one of them at a time. */
  instances: number;
  storageAccounts: number;
}

/** What Azure and the app give; times in milliseconds. */
export interface Limits {
  /** Rows a second that one storage account takes: 20,000, and 2,000 for each shard. */
  rowsPerAccount: number;
  /** One answer of the table service. */
  storageAnswer: number;
  /** Answers that a batch waits for, one after the other. */
  answersPerBatch: number;
  largestBatch: number;
}

export type Bound = 'the core of an instance' | 'rows of the storage account' | 'one batch at a time';

export interface Carried {
  alertsPerSecond: number;
  /** What keeps it from carrying more. */
  bound: Bound;
}

const simulated = 30_000;
/** Longer than this, an event may not have waited when it is over. */
const longestWait = 2_000;
const idle = 20;

/** The most alerts a second, to about 1 %, that a deployment carries without falling behind. */
export function capacity(deployment: Deployment, costs: Costs, limits: Limits): Carried {
  let carried = 0;
  let refused = 1_000;
  while (simulate(refused, deployment, costs, limits).keepsUp) refused *= 2;
  while (refused - carried > refused / 100) {
    const tried = (carried + refused) / 2;
    if (simulate(tried, deployment, costs, limits).keepsUp) carried = tried;
    else refused = tried;
  }
  const { cpuBusy, storageBusy } = simulate(refused * 1.1, deployment, costs, limits);
  const bound =
    Math.max(cpuBusy, storageBusy) < 0.9
      ? 'one batch at a time'
      : cpuBusy > storageBusy
        ? 'the core of an instance'
        : 'rows of the storage account';
  return { alertsPerSecond: carried, bound };
}

/**
 * Plays half a minute of a steady stream. Each hub partition hands out one batch at a time, as large as its backlog is;
 * the batch takes its turn on the core of its instance, then in the storage account of its partition, then waits for
 * the answers. All alerts are spread evenly.
 */
function simulate(alertsPerSecond: number, deployment: Deployment, costs: Costs, limits: Limits) {
  const { hubPartitions, instances, storageAccounts } = deployment;
  const arriving = alertsPerSecond / 1000 / hubPartitions;
  const cores = Array.from({ length: Math.min(instances, hubPartitions) }, () => ({ free: 0, busy: 0 }));
  const accounts = Array.from({ length: storageAccounts }, () => ({ free: 0, busy: 0 }));
  const partitions = Array.from({ length: hubPartitions }, (_, i) => ({
    now: i % idle,
    taken: 0,
    core: cores[i % cores.length]!,
    turn: i,
  }));
  for (;;) {
    const partition = partitions.reduce((first, other) => (other.now < first.now ? other : first));
    if (partition.now >= simulated) break;
    const events = Math.min(limits.largestBatch, Math.floor(partition.now * arriving - partition.taken));
    if (events < 1) {
      partition.now += idle;
      continue;
    }
    const computed = occupy(partition.core, partition.now, costs.cpu.fixed + costs.cpu.each * events);
    // A batch's rows lie in all shards, and so, over time, in all accounts alike.
    const account = accounts[(partition.turn += 1) % accounts.length]!;
    const writing = ((costs.rows.fixed + costs.rows.each * events) / limits.rowsPerAccount) * 1000;
    partition.now = occupy(account, computed, writing) + limits.storageAnswer * limits.answersPerBatch;
    partition.taken += events;
  }
  const waiting = partitions.map(({ taken }) => simulated - taken / arriving);
  return {
    keepsUp: Math.max(...waiting) < longestWait,
    cpuBusy: Math.max(...cores.map(({ busy }) => busy)) / simulated,
    storageBusy: Math.max(...accounts.map(({ busy }) => busy)) / simulated,
  };
}

/** Waits for its turn at something that does one thing at a time; answers when it is done. */
function occupy(resource: { free: number; busy: number }, from: number, length: number): number {
  resource.free = Math.max(resource.free, from) + length;
  resource.busy += length;
  return resource.free;
}
