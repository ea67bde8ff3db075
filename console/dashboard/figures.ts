import type { Alert } from '../../shared/model/entities';

/** A bar of a chart. */
export interface Bar {
  name: string;
  value: number;
}

/** What the dashboard says of primary alerts; each stands for itself and its duplicates. */
export interface Figures {
  primary: number;
  duplicates: number;
  overTime: Bar[];
  byDevice: Bar[];
  byCategory: Bar[];
  byAction: Bar[];
}

/** A primary alert with the category of its device. */
export interface Counted {
  alert: Alert;
  device: string;
  category: string;
}

const buckets = 24;
const mostBars = 8;

/** Counts alerts since `from` until `to`, both in milliseconds. */
export function figuresOf(counted: readonly Counted[], from: number, to: number): Figures {
  const all = counted.filter(({ alert }) => Date.parse(alert.createdon ?? '') >= from);
  const weight = ({ alert }: Counted) => 1 + (alert.ccs_duplicatecount ?? 0);
  const length = (to - from) / buckets;
  const overTime = Array.from({ length: buckets }, (_, index) => ({ name: hour(from + index * length), value: 0 }));
  for (const each of all) {
    const index = Math.floor((Date.parse(each.alert.createdon!) - from) / length);
    overTime[Math.min(index, buckets - 1)]!.value += weight(each);
  }
  return {
    primary: all.length,
    duplicates: all.reduce((sum, each) => sum + weight(each) - 1, 0),
    overTime,
    byDevice: largest(all, ({ device }) => device, weight),
    byCategory: largest(all, ({ category }) => category, weight),
    byAction: largest(
      all,
      ({ alert }) => actionOf(alert),
      () => 1,
    ),
  };
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const hour = (time: number) => clock.format(time);

/** What was done about an alert, by the furthest step. */
function actionOf(alert: Alert): string {
  if (alert._msdyn_workorder_value) return 'Work order';
  if (alert._msdyn_case_value) return 'Case';
  if (alert._msdyn_lastcommandsent_value) return 'Command';
  return 'Nothing yet';
}

function largest(all: readonly Counted[], key: (each: Counted) => string, weight: (each: Counted) => number): Bar[] {
  const sums = new Map<string, number>();
  for (const each of all) sums.set(key(each), (sums.get(key(each)) ?? 0) + weight(each));
  const bars = [...sums].map(([name, value]) => ({ name, value })).toSorted((a, b) => b.value - a.value);
  if (bars.length <= mostBars) return bars;
  const others = bars.slice(mostBars - 1).reduce((sum, { value }) => sum + value, 0);
  return [...bars.slice(0, mostBars - 1), { name: 'Others', value: others }];
}
