import { heading, list, page, table } from '../docs/markdown';
import { shardCount } from '../../shared/domain/ids';
import type { Measured } from './plan';
import type { Row } from './report';
import { capacity } from './scale-model';
import type { Costs, Limits, LinearCost } from './scale-model';

/** The costs of a batch on the path event, from the rows of W1 at batch 1 and batch 1000. */
export function costsFrom(rows: readonly Row[], plan: readonly Measured[]): Costs {
  const perBatch = (batch: number) => {
    const mine = (one: { workload: string; batch: number; path: string; subject: string }) =>
      one.workload === 'W1' && one.batch === batch && one.path === 'event' && one.subject === 'ours';
    const row = rows.find(mine);
    const planned = plan.find(mine);
    if (!row || !planned) throw new Error(`The rows hold no W1, batch ${batch}, ours, event.`);
    return {
      cpu: ((row.cpuSeconds * 1000) / planned.alerts) * batch,
      rows: row.entitiesPerDuplicate! * batch,
    };
  };
  const [one, many] = [perBatch(1), perBatch(1000)];
  return { cpu: fit(one.cpu, many.cpu), rows: fit(one.rows, many.rows) };
}

/** The line through what a batch of 1 and a batch of 1,000 cost. */
function fit(one: number, thousand: number): LinearCost {
  const each = Math.max(0, (thousand - one) / 999);
  return { fixed: Math.max(0, one - each), each };
}

const limits: Limits = {
  rowsPerAccount: Math.min(20_000, 2_000 * shardCount),
  storageAnswer: 10,
  answersPerBatch: 2,
  largestBatch: 1000,
};

/** Daily messages and sends a second of one unit of a hub, and the most units. */
const tiers = [
  { tier: 'S1', daily: 400_000, sends: (units: number) => Math.max(100, 12 * units), most: 200 },
  { tier: 'S2', daily: 6_000_000, sends: (units: number) => 120 * units, most: 200 },
  { tier: 'S3', daily: 300_000_000, sends: (units: number) => 6_000 * units, most: 10 },
];
/** Alerts of 176 bytes that fit into one message of 4 KB, as an array. */
const alertsPerMessage = 23;

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const about = (value: number) => whole(Number(value.toPrecision(2)));

export function scalePage({ costs, date, quick }: { costs: Costs; date: string; quick: boolean }): string {
  const partitionCounts = [1, 4, 32];
  const accountCounts = [1, 2, 4];
  const rows = partitionCounts.flatMap((hubPartitions) =>
    [...new Set([1, Math.min(4, hubPartitions), hubPartitions])].map((instances) => [
      String(hubPartitions),
      String(instances),
      ...accountCounts.map((storageAccounts) => {
        const { alertsPerSecond, bound } = capacity({ hubPartitions, instances, storageAccounts }, costs, limits);
        return `${about(alertsPerSecond)} (${bound})`;
      }),
    ]),
  );
  const hubs = tiers.map(({ tier, daily, sends, most }) => [
    tier,
    ...[1, most].flatMap((units) => [
      `${units}: ${whole(sends(units))}/s, ${whole((daily * units) / 86_400)}/s all day`,
      whole(sends(units) * alertsPerMessage),
    ]),
  ]);
  return page([
    '<!-- Written by `npm run scale -- --costs FILE --write`. Run it again rather than change it. -->',
    heading(1, 'Scale'),
    `What a deployment in Azure carries, simulated on ${date} from measured costs. **It was not measured in Azure.**`,
    ...(quick ? ['**The costs are from a quick run of the benchmark: they show the form, not the size.**'] : []),
    heading(2, 'A storm of duplicates: alerts/s'),
    table(
      ['hub partitions', 'instances', ...accountCounts.map((n) => `${n} storage account${n === 1 ? '' : 's'}`)],
      rows,
    ),
    'In brackets: what keeps it from carrying more. The app uses one storage account; the other columns say what spreading its shards over several would give. Each instance runs on one core, as JavaScript does; a hub partition is worked on by one instance at a time, so more instances than partitions help nobody.',
    heading(2, 'What the hub lets in'),
    table(['tier', 'one unit', 'alerts/s at most', 'most units', 'alerts/s at most'], hubs),
    `A send is one message. The alerts are those of 176 bytes, ${alertsPerMessage} to a message of 4 KB; a device that sends each alert by itself gets one alert for a send. "All day" is what the daily quota comes to when it is spread evenly.`,
    heading(2, 'Costs and assumptions'),
    list([
      `A batch of n events takes ${costs.cpu.fixed.toFixed(2)} ms + n x ${(costs.cpu.each * 1000).toFixed(1)} us of one core, and writes ${costs.rows.fixed.toFixed(2)} + n x ${costs.rows.each.toFixed(4)} rows: fitted to W1 at batch 1 and batch 1000, path event, as measured on the machine of [performance.md](performance.md), load generator included.`,
      `Table Storage takes 20,000 rows a second an account and 2,000 a partition ([scalability targets](https://learn.microsoft.com/azure/storage/tables/scalability-targets)); with ${shardCount} shards an account takes ${whole(limits.rowsPerAccount)}. The targets are for rows of 1 KiB; larger ones get fewer.`,
      `Assumed, not measured: ${limits.storageAnswer} ms for an answer of Table Storage, and ${limits.answersPerBatch} answers that a batch waits for one after the other; batches of at most ${whole(limits.largestBatch)} (host.json).`,
      'A hub has at most 32 partitions. Its units, quotas and send rates: [quotas and throttling](https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling).',
      'All alerts are duplicates, spread evenly over devices, shards and partitions. A stream in which each alert is the first of its group writes several rows an alert, so the rows of the account bind much earlier.',
    ]),
  ]);
}
