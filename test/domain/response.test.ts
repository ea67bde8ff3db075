import { alertType, categoryResponse } from '../../shared/model/choices';
import { respond } from '../../shared/domain/response';
import type { OpenTicket } from '../../shared/domain/group';

const device = { account: 'contoso', response: null };
const open: OpenTicket = { kind: 'case', id: 'c1', account: 'contoso' };
const order: OpenTicket = { kind: 'workorder', id: 'w1', account: 'contoso' };
const question = { type: alertType.Anomaly as number, device, tickets: [] as OpenTicket[], joinOpenTicket: true };

test.each([
  { which: 'with an account and no category', asked: {}, kind: 'open', reason: 'case-opened' },
  {
    which: 'of a category for cases',
    asked: { device: { ...device, response: categoryResponse.Case } },
    kind: 'open',
    reason: 'case-opened',
  },
  {
    which: 'of a category for work orders',
    asked: { device: { ...device, response: categoryResponse['Work order'] } },
    kind: 'open',
    reason: 'workorder-opened',
  },
  {
    which: 'of a category for nothing',
    asked: { device: { ...device, response: categoryResponse.None } },
    kind: 'nothing',
    reason: 'category-opens-nothing',
  },
  {
    which: 'without an account',
    asked: { device: { ...device, account: null } },
    kind: 'nothing',
    reason: 'no-account',
  },
  { which: 'nobody knows', asked: { device: undefined }, kind: 'nothing', reason: 'unknown-device' },
  { which: 'with type Info', asked: { type: alertType.Info }, kind: 'nothing', reason: 'information-only' },
  { which: 'with type Test', asked: { type: alertType.Test }, kind: 'nothing', reason: 'test-alert' },
  {
    which: 'with type Preventive Maintenance',
    asked: { type: alertType['Preventive Maintenance'] },
    kind: 'open',
    reason: 'case-opened',
  },
  { which: 'with an open case', asked: { tickets: [open] }, kind: 'join', reason: 'joined-open-case' },
  { which: 'with an open work order', asked: { tickets: [order] }, kind: 'join', reason: 'joined-open-workorder' },
  {
    which: 'with an open case of another account',
    asked: { tickets: [{ ...open, account: 'fabrikam' }] },
    kind: 'open',
    reason: 'case-opened',
  },
  {
    which: 'that must not join',
    asked: { tickets: [open], joinOpenTicket: false },
    kind: 'open',
    reason: 'case-opened',
  },
  {
    which: 'without an account but with an open case',
    asked: { tickets: [open], device: { ...device, account: null } },
    kind: 'nothing',
    reason: 'no-account',
  },
])('a parent of a device $which: $kind ($reason)', ({ asked, kind, reason }) => {
  expect(respond({ ...question, ...asked })).toMatchObject({ kind, reason });
});
