import { iso } from '../domain/alert-rows';
import { ServiceError } from '../domain/errors';
import { shardOf } from '../domain/ids';
import { modifiedBy } from '../domain/stamps';
import { explain } from '../domain/reasons';
import { moveUnder, reparent } from '../domain/reparent';
import type { Latecomer, Reparenting } from '../domain/reparent';
import type { DebounceRules } from '../domain/debounce';
import type { Group } from '../domain/group';
import type { Alert } from '../model/entities';
import type { AlertLedger, Entry } from '../ports/alert-ledger';
import type { RecordStore, Stored } from '../ports/record-store';
import type { OneAtATime } from './one-at-a-time';

export interface ParentDeps {
  records: RecordStore;
  ledger: AlertLedger;
  rules: DebounceRules;
  oneAtATime: OneAtATime;
  now(): number;
  /** The user who asks for it. */
  by?: string;
}

/** A transaction takes 100 rows: the group, both parents, and these. */
const childrenAtOnce = 90;

/** A race is lost only to somebody who made progress, so this bound is met by faults, not by load. */
const attempts = 200;

/**
 * Puts a primary alert under an earlier one of its group, if there is one within `span` milliseconds, and its duplicates
 * along with it. Each step is one transaction with the group, so that of many callers, ingestion among them, nobody makes a
 * second parent, and the counts are exact at any moment. More than 90 duplicates take several steps: they go first and the
 * alert last, so what a crash cuts short is finished by calling again.
 */
export async function parentAlert(id: string, span: number, deps: ParentDeps): Promise<Reparenting['reason']> {
  const first = await alertOf(id, deps);
  const groupKey = (first.row as Alert).ccs_groupkey ?? '';
  // Without a device an alert is in no group, and repeats nobody.
  if (groupKey === '') return 'no-earlier-parent';
  return deps.oneAtATime(groupKey, async () => {
    let stored = first;
    for (let lost = 0; lost < attempts;) {
      const step = await takeStep(stored, groupKey, span, deps);
      if (step.kind === 'done') return step.reason;
      if (step.kind === 'lost-race') lost += 1;
      stored = await alertOf(id, deps);
    }
    throw new ServiceError(
      'storage-unavailable',
      `The group of ${id} changes faster than it can be written. Try again.`,
    );
  });
}

type Step = { kind: 'done'; reason: Reparenting['reason'] } | { kind: 'lost-race' } | { kind: 'more' };

async function takeStep(stored: Stored, groupKey: string, span: number, deps: ParentDeps): Promise<Step> {
  const shard = shardOf(groupKey);
  const alert = latecomer(stored.row);
  const state = await deps.ledger.read(shard, [groupKey], undefined, 'fresh');
  const group = state.groups.get(groupKey)!;
  const decision = reparent(group, alert, { ...deps.rules, span });
  if (decision.kind === 'stay') return { kind: 'done', reason: decision.reason };
  const children = await childrenOf(stored.row, deps);
  const whole = children.length <= childrenAtOnce;
  const moving = children.slice(0, childrenAtOnce);
  const after = moveUnder(group, alert, decision.under, moving.length, whole);
  const entry = entryFor(stored, moving, { alert, under: decision.under, whole, groupKey, after }, deps);
  const { kind } = await deps.ledger.commit(shard, entry, state.version);
  if (kind === 'lost-race') return { kind };
  return whole ? { kind: 'done', reason: decision.reason } : { kind: 'more' };
}

interface Move {
  alert: Latecomer;
  under: string;
  whole: boolean;
  groupKey: string;
  after: Group;
}

function entryFor(stored: Stored, moving: readonly Stored[], move: Move, { now, by }: ParentDeps): Entry {
  const { alert, under, whole, groupKey, after } = move;
  const stamp = modifiedBy(iso(now()), by);
  const target = after.windows.find(({ parent }) => parent === under)!;
  const own: Alert = stored.row;
  const hasTicket = own._msdyn_case_value || own._msdyn_workorder_value;
  const merge = (id: string, row: Alert, etag?: string) =>
    ({ entity: 'msdyn_iotalert', id, row: { ...row, ...stamp }, ...(etag !== undefined && { etag }) }) as const;
  const ofAlert: Alert = whole
    ? {
        _msdyn_parentalert_value: under,
        ccs_duplicatecount: 0,
        ccs_lastalerttime: iso(alert.time),
        ccs_reason: hasTicket ? explain('parented-later', 'kept-its-ticket') : explain('parented-later'),
      }
    : { ccs_duplicatecount: (own.ccs_duplicatecount ?? 0) - moving.length };
  return {
    inserts: [],
    merges: [
      merge(alert.id, ofAlert, stored.etag),
      merge(under, { ccs_duplicatecount: target.duplicates, ccs_lastalerttime: iso(target.latest) }),
      ...moving.map(({ row, etag }) =>
        merge((row as Alert).msdyn_iotalertid!, { _msdyn_parentalert_value: under }, etag),
      ),
    ],
    groups: new Map([[groupKey, after]]),
    packed: [],
    steps: [],
    ended: [],
    waiting: [],
  };
}

async function alertOf(id: string, { records }: ParentDeps): Promise<Stored> {
  const stored = await records.get('msdyn_iotalert', id);
  if (!stored) throw new ServiceError('not-found', `msdyn_iotalerts(${id}) does not exist.`);
  return stored;
}

function latecomer(row: Alert): Latecomer {
  const time = Date.parse(row.msdyn_alerttime ?? row.createdon!);
  return { id: row.msdyn_iotalertid!, time, parent: row._msdyn_parentalert_value ?? null };
}

/** The duplicates under an alert, one more than a step takes at most. An alert that counts none has none. */
async function childrenOf({ msdyn_iotalertid: id, ccs_duplicatecount: count }: Alert, { records }: ParentDeps) {
  const children: Stored[] = [];
  if (!count) return children;
  const equals = { _msdyn_parentalert_value: id! };
  for (let after: string | undefined; children.length <= childrenAtOnce;) {
    const limit = childrenAtOnce + 1 - children.length;
    const page = await records.list('msdyn_iotalert', { equals, limit, ...(after !== undefined && { after }) });
    children.push(...page.records);
    if (page.next === undefined) break;
    after = page.next;
  }
  return children;
}
