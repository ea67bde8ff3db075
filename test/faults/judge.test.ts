import { newHistory, noteAcknowledged, noteSent } from '../../infra/faults/history';
import { isClean, judge } from '../../infra/faults/judge';
import type { Observed, ObservedAlert, Verdict } from '../../infra/faults/judge';

const mark = (n: number) => `s1-r1-m${n}`;
const device = 's1-r1-d0';
const poor = 's1-r1-d9';

/** Three alerts of one window and one poisonous message, all acknowledged, and an alert that never was. */
function history() {
  const made = newHistory();
  made.devices.set(device, { hasAccount: true }).set(poor, { hasAccount: false });
  const alerts = [1, 2, 3].map((n) => ({ mark: mark(n), device, episode: 0 }));
  const acknowledged = { body: '', alerts, poison: [mark(4)] };
  noteSent(made, acknowledged);
  noteAcknowledged(made, acknowledged);
  noteSent(made, { body: '', alerts: [{ mark: mark(5), device, episode: 0 }], poison: [mark(6)] });
  return made;
}

const alert = (n: number, more: Partial<ObservedAlert> = {}): ObservedAlert => ({
  id: `a${n}`,
  mark: mark(n),
  device,
  parent: 'a1',
  caseId: null,
  duplicates: 0,
  ...more,
});
const parent = (more: Partial<ObservedAlert> = {}) => alert(1, { parent: null, caseId: 'c1', duplicates: 2, ...more });

const good: Observed = {
  alerts: [parent(), alert(2), alert(3)],
  unfound: [],
  cases: [{ id: 'c1', group: device }],
  parked: [{ body: `${mark(4)} is not JSON`, index: 0 }],
  children: new Map([['a1', 2]]),
};

test('what was acknowledged and is there once, under one parent with one case, is clean', () => {
  const verdict = judge(history(), good);
  expect(verdict).toEqual({
    acknowledged: 3,
    lost: 0,
    doubled: 0,
    secondParents: 0,
    secondCases: 0,
    wrongCounts: 0,
    complaints: [],
  });
  expect(isClean(verdict)).toBe(true);
});

test('an alert that was sent and never acknowledged may be there', () => {
  const alerts = [parent({ duplicates: 3 }), alert(2), alert(3), alert(5)];
  expect(isClean(judge(history(), { ...good, alerts, children: new Map() }))).toBe(true);
});

test('a batch that was never settled is lost, whatever is there', () => {
  const verdict = judge({ ...history(), blocked: ['Partition 100: ...'] }, good);
  expect(verdict).toMatchObject({ lost: 1, complaints: ['Partition 100: ...'] });
});

type Figure = Exclude<keyof Verdict, 'complaints' | 'acknowledged'>;

test.each<{ which: string; seen: Partial<Observed>; figure: Figure; is: number }>([
  {
    which: 'an acknowledged alert is not there',
    seen: { alerts: [parent({ duplicates: 1 }), alert(2)], children: new Map() },
    figure: 'lost',
    is: 1,
  },
  { which: 'an alert is not found by its id', seen: { unfound: ['a3'] }, figure: 'lost', is: 1 },
  { which: 'a poisonous message is not parked', seen: { parked: [] }, figure: 'lost', is: 1 },
  {
    which: 'an alert is there twice',
    seen: { alerts: [parent({ duplicates: 3 }), alert(2), alert(3), alert(3, { id: 'b3' })], children: new Map() },
    figure: 'doubled',
    is: 1,
  },
  {
    which: 'an alert is there that nobody sent',
    seen: { alerts: [...good.alerts, alert(7)], children: new Map() },
    figure: 'doubled',
    is: 1,
  },
  {
    which: 'a message is parked twice',
    seen: { parked: [good.parked[0]!, good.parked[0]!] },
    figure: 'doubled',
    is: 1,
  },
  {
    which: 'one window has two parents',
    seen: { alerts: [parent({ duplicates: 1 }), alert(2), alert(3, { parent: null, caseId: 'c1' })] },
    figure: 'secondParents',
    is: 1,
  },
  {
    which: 'a device has two cases',
    seen: { cases: [...good.cases, { id: 'c2', group: device }] },
    figure: 'secondCases',
    is: 1,
  },
  {
    which: 'a device without an account has a case',
    seen: { cases: [...good.cases, { id: 'c2', group: poor }] },
    figure: 'secondCases',
    is: 1,
  },
  {
    which: 'a count is short',
    seen: { alerts: [parent({ duplicates: 1 }), alert(2), alert(3)] },
    figure: 'wrongCounts',
    is: 1,
  },
  { which: "a parent's list is short", seen: { children: new Map([['a1', 1]]) }, figure: 'wrongCounts', is: 1 },
  {
    which: 'a duplicate leads to a duplicate',
    seen: { alerts: [parent({ duplicates: 1 }), alert(2), alert(3, { parent: 'a2' })], children: new Map() },
    figure: 'wrongCounts',
    is: 1,
  },
  {
    which: 'a parent leads to no case although there is one',
    seen: { alerts: [parent({ caseId: null }), alert(2), alert(3)] },
    figure: 'wrongCounts',
    is: 1,
  },
  { which: 'a case is missing', seen: { cases: [] }, figure: 'wrongCounts', is: 1 },
])('it is noticed that $which', ({ seen, figure, is }) => {
  const verdict = judge(history(), { ...good, ...seen });
  expect({ [figure]: verdict[figure], clean: isClean(verdict) }).toEqual({ [figure]: is, clean: false });
});
