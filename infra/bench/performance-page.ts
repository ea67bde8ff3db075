import { heading, list, page, table } from '../docs/markdown';
import { cellsOf, columns } from './report';
import type { Line } from './report';
import { workloads } from './workload';

export interface PerformanceRun {
  lines: readonly Line[];
  /** What was left out or failed. */
  notes: readonly string[];
  compared: readonly string[];
  /** Where the time of W1 goes; nothing when that was not measured. */
  shares: readonly string[];
  machine: string;
  date: string;
  command: string;
  quick: boolean;
}

/** The page of `docs/performance.md`: what was measured, where, when and how, and what the figures do not say. */
export function performancePage(run: PerformanceRun): string {
  const { lines, notes, compared, shares, machine, date, command, quick } = run;
  return page([
    '<!-- Written by `npm run bench`. Run it again rather than change it. -->',
    heading(1, 'Performance'),
    `Measured on ${date} with \`${command}\`, on ${machine}. All parts of a run share these cores: the load, the subject, and Azurite as the store, which is fresh for each run.`,
    ...(quick
      ? ['**A quick run: a hundredth of the alerts. It shows that the instruments work, not how fast it is.**']
      : []),
    ...(notes.length > 0 ? [list(notes)] : []),
    table(columns, lines.map(cellsOf)),
    heading(2, 'Side by side'),
    list(compared.length > 0 ? compared : ['Nothing was measured side by side.']),
    ...(shares.length > 0 ? [heading(2, 'Where the time goes'), whatItShows, list(shares)] : []),
    heading(2, 'What runs'),
    list(
      Object.entries(workloads).map(
        ([name, { what, alerts, keys }]) =>
          `${name}, ${what}: ${alerts.toLocaleString('en-US')} alerts of ${keys.toLocaleString('en-US')} keys; a key is a device and one of two alert types. The first pass touches each key once${drawn[name as keyof typeof drawn]}`,
      ),
    ),
    list([
      'Batches of 1 take the first 20,000 alerts. The seed is fixed, so every run and every subject takes the same alerts.',
      "latency: 20 MQTT connections, 500 alerts/s for 23 s, one in ten of which opens a case; p99 is from the device's publish to the answer of the Web API that shows the case, for the cases of the first 3 s (from a start) and of the others. Whoever watches asks for the newest cases all the time.",
      '**ours**, path event: the batches of 8 hub partitions side by side, from the event dispatch of the local Functions host to durable rows; path http: `CreateMultiple` over 8 connections, and with batches of 1000 over one, because one keeps the service busy and more only wait for each other.',
      '**alertmanager**: `POST /api/v2/alerts` over 8 connections, one instance, group wait 1 s, log level error. **It keeps alerts in memory only and opens no cases**; its tickets are its notifications.',
      '**naive**: one event at a time, one insert each. **raw**: transactions of 100 rows, four at a time, each in a partition of its own, as ours has four; in W1 for 60 s at most, because it slows down as its table fills; in W2 only the rows that must exist, a parent and a case for each key, column for column as the service writes them, and the rate counts the alerts they stand for. Both decide nothing, and both find a store whose queues were read before, as those of a running service are, because Azurite is slower from then on.',
    ]),
    heading(2, 'How to read it'),
    list([
      'Before the clock starts, each subject takes a tenth as many alerts of other keys, at most 20,000, which count for nothing: a storm finds a service that has been at work. What a process costs that has just started is not in these figures.',
      'p99 is of one batch, from handing it over to the answer. CPU and memory are of the process of the subject, without Azurite; on the path event, and for naive and raw, the load and its alerts are made in that same process.',
      'Transactions and rows are counted in a shorter run of their own, of at most 10,000 keys, through a proxy in front of Azurite; an entity-group transaction is one transaction, reads count too. Rows per duplicate are all rows written, state and marks included, after each key has its parent. The rows written in the timed run follow from these.',
      'For ours, tickets are the cases read back over the Web API, and they must equal the keys; up to 2,000 keys, parents and their counts of duplicates must add up to the alerts as well. A run in which they do not fails.',
      'The last and the first tenth of W4 show whether it stays as fast and as small as it began; their MB are the memory in use at their end.',
      'Azurite keeps writes in memory for up to 5 s and slows down as a table grows; Azure Table Storage does neither. Read all figures as +-20 %.',
    ]),
  ]);
}

const whatItShows =
  'W1 with batches of 1000, ours on the path event, once more with a profiler, which makes it slower. The storage and the compression of large rows apart, one JavaScript thread does everything, so what it is busy with is what limits the rate.';

const drawn = {
  W1: ', the rest are spread evenly at random.',
  W2: ', the rest are spread evenly at random.',
  'W2-50k': ', the rest are spread evenly at random.',
  W3: ", the rest follow Zipf's law with exponent 1.1, and one device raises three of ten.",
  W4: ', the rest are spread evenly at random.',
} as const;
