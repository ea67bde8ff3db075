import type { History } from './history';

/** What the Web API answers about one stretch of a run. */
export interface Observed {
  alerts: readonly ObservedAlert[];
  /** Ids of alerts that are listed and are not found by their ids. */
  unfound: readonly string[];
  cases: readonly { id: string; group: string }[];
  /** Texts of parked messages, one for each part that was parked. */
  parked: readonly { body: string; index: number }[];
  /** Parents that were asked for their duplicates, and how many they were said to have. */
  children: ReadonlyMap<string, number>;
}

export interface ObservedAlert {
  id: string;
  mark: string | undefined;
  device: string;
  parent: string | null;
  caseId: string | null;
  duplicates: number;
}

export interface Verdict {
  acknowledged: number;
  /** Acknowledged alerts or parked messages that are not there or not under their ids, and batches never settled. */
  lost: number;
  /** Alerts or parked messages that are there more than once, or were never sent. */
  doubled: number;
  /** Parents of a device and episode beyond the first. */
  secondParents: number;
  /** Cases of a device beyond the one it must have, or any case of a device without an account. */
  secondCases: number;
  /** Parents whose count is not that of their duplicates, and parents and duplicates that are linked wrongly. */
  wrongCounts: number;
  /** What is wrong, in words. */
  complaints: string[];
}

/** Holds what is there against what was sent and acknowledged. Pure. */
export function judge(history: History, observed: Observed): Verdict {
  const complaints: string[] = [];
  const count = (problems: readonly string[]) => {
    complaints.push(...problems);
    return problems.length;
  };
  return {
    acknowledged: [...history.alerts.values()].filter(({ acknowledged }) => acknowledged).length,
    lost: count([
      ...lostAlerts(history, observed),
      ...unfoundAlerts(observed),
      ...lostPoison(history, observed),
      ...history.blocked,
    ]),
    doubled: count([...doubledAlerts(history, observed), ...doubledPoison(history, observed)]),
    secondParents: count(secondParents(history, observed)),
    secondCases: count(secondCases(history, observed)),
    wrongCounts: count([...wrongCounts(history, observed), ...wrongLinks(history, observed)]),
    complaints,
  };
}

export function isClean({ lost, doubled, secondParents, secondCases, wrongCounts }: Verdict): boolean {
  return lost + doubled + secondParents + secondCases + wrongCounts === 0;
}

/** Whether waiting cannot make it good: what is there twice stays there twice. */
export function isBeyondRepair({ doubled, secondParents, secondCases }: Verdict): boolean {
  return doubled + secondParents + secondCases > 0;
}

function lostAlerts({ alerts }: History, observed: Observed): string[] {
  const there = new Set(observed.alerts.map(({ mark }) => mark));
  return [...alerts.values()].flatMap(({ mark, device, acknowledged }) =>
    acknowledged && !there.has(mark) ? [`Alert ${mark} of ${device} was acknowledged and is not there.`] : [],
  );
}

function unfoundAlerts({ unfound }: Observed): string[] {
  return unfound.map((id) => `Alert ${id} is listed and is not found by its id.`);
}

function doubledAlerts({ alerts }: History, observed: Observed): string[] {
  return [...grouped(observed.alerts, ({ mark }) => mark ?? 'without a mark')].flatMap(([mark, same]) => {
    if (!alerts.has(mark)) return same.map(({ id }) => `Alert ${id} (${mark}) was never sent.`);
    return same.slice(1).map(({ id }) => `Alert ${mark} is there again as ${id}.`);
  });
}

function parkedByMark({ poison }: History, { parked }: Observed): Map<string, number> {
  const found = new Map([...poison.keys()].map((mark) => [mark, 0]));
  for (const { body } of parked) {
    // A mark ends at the first character that no mark has.
    for (const [mark] of body.matchAll(/[\w-]+-m\d+/g)) {
      if (found.has(mark)) found.set(mark, found.get(mark)! + 1);
    }
  }
  return found;
}

function lostPoison(history: History, observed: Observed): string[] {
  return [...parkedByMark(history, observed)].flatMap(([mark, times]) =>
    history.poison.get(mark) && times === 0 ? [`Message ${mark} was acknowledged and is not parked.`] : [],
  );
}

function doubledPoison(history: History, observed: Observed): string[] {
  return [...parkedByMark(history, observed)].flatMap(([mark, times]) =>
    times > 1 ? [`Message ${mark} is parked ${times} times.`] : [],
  );
}

/** Parents by the window they belong to. */
function parentsByWindow({ alerts }: History, observed: Observed): ObservedAlert[][] {
  const known = observed.alerts.filter(({ parent, mark }) => parent === null && alerts.has(mark ?? ''));
  const windows = grouped(known, ({ mark }) => {
    const { device, episode } = alerts.get(mark!)!;
    return `${device}/${episode}`;
  });
  return [...windows.values()];
}

function secondParents(history: History, observed: Observed): string[] {
  return parentsByWindow(history, observed).flatMap(([first, ...more]) =>
    more.map(({ id, device }) => `Device ${device} has the parents ${first!.id} and ${id} in one window.`),
  );
}

function secondCases({ devices }: History, { cases }: Observed): string[] {
  return [...grouped(cases, ({ group }) => group)].flatMap(([group, all]) => {
    const allowed = devices.get(group)?.hasAccount ? 1 : 0;
    return all.slice(allowed).map(({ id }) => `Device ${group} has the case ${id} beyond ${allowed}.`);
  });
}

function wrongCounts({ alerts }: History, observed: Observed): string[] {
  const counted = new Map<string, number>();
  for (const { parent } of observed.alerts) if (parent) counted.set(parent, (counted.get(parent) ?? 0) + 1);
  return observed.alerts.flatMap(({ id, mark, parent, duplicates }) => {
    if (parent !== null || !alerts.has(mark ?? '')) return [];
    const there = counted.get(id) ?? 0;
    const listed = observed.children.get(id) ?? there;
    return duplicates === there && listed === there
      ? []
      : [`Parent ${id} counts ${duplicates} duplicates, lists ${listed}, and ${there} say that it is theirs.`];
  });
}

/** A duplicate leads to a parent of its own window; a parent leads to its device's case, when there has to be one. */
function wrongLinks({ alerts, devices }: History, { alerts: all, cases }: Observed): string[] {
  const byId = new Map(all.map((alert) => [alert.id, alert]));
  const caseOf = new Map(cases.map(({ group, id }) => [group, id]));
  const windowOf = ({ mark }: ObservedAlert) => {
    const known = alerts.get(mark ?? '');
    return known && `${known.device}/${known.episode}`;
  };
  return all.flatMap((alert) => {
    const window = windowOf(alert);
    if (window === undefined) return [];
    if (alert.parent !== null) {
      const parent = byId.get(alert.parent);
      return parent?.parent === null && windowOf(parent) === window
        ? []
        : [`Alert ${alert.mark} has the parent ${alert.parent}, which is no parent of its window.`];
    }
    const wanted = devices.get(alert.device)?.hasAccount ? caseOf.get(alert.device) : null;
    return wanted !== undefined && alert.caseId === wanted
      ? []
      : [`Parent ${alert.id} of ${alert.device} has the case ${alert.caseId}, not ${wanted ?? 'one that exists'}.`];
  });
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
