import { loadavg } from 'node:os';
import { alertState } from '../../../shared/model/choices';
import { messageOf } from '../../local/start-error';
import { onWholeSystem } from '../whole-system';
import { fill } from './fill';
import type { Filling } from './fill';
import { addressOf, requestsOf } from './requests';
import type { Known, ListRequest } from './requests';

const full: Filling = { accounts: 5_000, devices: 10_000, alerts: 100_000, keys: 10_000 };
const quick: Filling = { accounts: 50, devices: 10_000 / 50, alerts: 2_000, keys: 200 };

const root = '/api/data/v9.2/';
/** How often each first page is asked for. */
const usualTimes = 10;
const quickTimes = 2;

/** A list's first page may take this long (milliseconds). */
const promised = 1000;

const columns = [
  { title: 'list', width: 12 },
  { title: 'view', width: 44 },
  { title: 'records', width: 8 },
  { title: 'p50 ms', width: 7 },
  { title: 'max ms', width: 7 },
  { title: 'page 2', width: 7 },
] as const;

/** Fills a store and asks it everything that the console's lists ask; tells how long each answer takes. */
export async function benchLists(
  options: { quick: boolean; url: string | undefined },
  print: (line: string) => void,
  progress: (what: string) => void,
): Promise<void> {
  if (options.url !== undefined) return measureLists(options.url, usualTimes, print);
  await onWholeSystem(async ({ host: { url } }) => {
    const filling = options.quick ? quick : full;
    const started = performance.now();
    await fill(url, filling, progress);
    progress('');
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    print(
      `${filling.alerts} alerts, ${filling.devices} devices and ${filling.accounts} accounts written in ${seconds} s.\n`,
    );
    await measureLists(url, options.quick ? quickTimes : usualTimes, print);
  });
}

async function measureLists(url: string, times: number, print: (line: string) => void): Promise<void> {
  const known = await recordsIn(url);
  print(row(columns.map(({ title }) => title)));
  let slow = 0;
  for (const request of requestsOf(known)) {
    const { list, view } = request;
    try {
      const { records, median, max, second } = await measured(url, request, times);
      slow += Number(max > promised);
      print(row([list, view, ...[records, median, max, second].map(String)]));
    } catch (error) {
      slow += 1;
      print(row([list, view, messageOf(error)]));
    }
  }
  print(
    `\n${slow} of them took more than ${promised} ms. Load: ${loadavg()
      .map((one) => one.toFixed(1))
      .join(', ')}.`,
  );
}

interface Cells {
  records: number;
  median: number;
  max: number;
  /** Milliseconds for the next page; a dash when there is none. */
  second: number | '-';
}

/** The first page, several times, and the second. */
async function measured(url: string, request: ListRequest, times: number): Promise<Cells> {
  const taken: number[] = [];
  let page: Page = { value: [] };
  for (let time = 0; time < times; time += 1) {
    const { milliseconds, answer } = await ask(url + root + addressOf(request), request.pageSize);
    taken.push(milliseconds);
    page = answer;
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const next = page['@odata.nextLink'];
  const second = next === undefined ? '-' : Math.round((await ask(next, request.pageSize)).milliseconds);
  return {
    records: page.value.length,
    median: Math.round(sorted[Math.floor(times / 2)]!),
    max: Math.round(sorted.at(-1)!),
    second,
  };
}

interface Page {
  value: Record<string, unknown>[];
  '@odata.nextLink'?: string;
}

const annotations = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"';

async function ask(address: string, pageSize = 50): Promise<{ milliseconds: number; answer: Page }> {
  const started = performance.now();
  const response = await fetch(address, { headers: { prefer: `odata.maxpagesize=${pageSize},${annotations}` } });
  const text = await response.text();
  const milliseconds = performance.now() - started;
  if (!response.ok) throw new Error(`GET ${address}: ${response.status} ${text.slice(0, 300)}`);
  return { milliseconds, answer: JSON.parse(text) as Page };
}

/** A primary alert with duplicates and a case, and what belongs to it, found in the store. */
async function recordsIn(url: string): Promise<Known> {
  const options = {
    select: 'ccs_duplicatecount,_msdyn_case_value,_msdyn_device_value',
    filter: `_msdyn_parentalert_value eq null and statecode eq ${alertState.InProgress}`,
    expand: 'msdyn_Device($select=_msdyn_account_value)',
  };
  let next: string | undefined = url + root + addressOf({ set: 'msdyn_iotalerts', options });
  while (next !== undefined) {
    const { answer }: { answer: Page } = await ask(next);
    const found = answer.value.find((alert) => Number(alert['ccs_duplicatecount']) > 0 && alert['_msdyn_case_value']);
    if (found) {
      const device = found['msdyn_Device'] as Record<string, unknown>;
      return {
        alert: String(found['msdyn_iotalertid']),
        case: String(found['_msdyn_case_value']),
        device: String(found['_msdyn_device_value']),
        account: String(device['_msdyn_account_value']),
      };
    }
    next = answer['@odata.nextLink'];
  }
  throw new Error('The store holds no alert with duplicates and a case: fill it first.');
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(columns[i]!.width) : cell.padStart(columns[i]!.width))).join('  ');
}
