import type { Verdict } from './debounce';
import type { Response } from './response';

type Reason =
  Verdict['reason'] | Response['reason'] | 'parented-later' | 'parent-given' | 'kept-its-ticket' | 'ticket-asked-for';

/** Every reason in words, for the person who asks why an alert made, or did not make, a ticket. */
const words: Record<Reason, string> = {
  'first-of-group': 'First alert of its group.',
  'outside-window': 'Outside the time window of the earlier alerts of its group.',
  'parent-closed': 'The primary alert it would belong to is closed.',
  'no-group-key': 'Has no device id, so it is not grouped.',
  'not-parented': 'Not compared with earlier alerts, because parenting on creation is switched off.',
  'parent-given': 'Put under this primary alert by whoever created it.',
  'within-window': 'Repeats the primary alert within its time window.',
  'same-event': 'The same event was counted before.',
  'parented-later':
    'Repeats an earlier primary alert within the time window that msdyn_ParentIoTAlerts was called with.',
  'kept-its-ticket': 'Keeps the case or work order that it was given as a primary alert.',
  'ticket-asked-for': 'Opened on request.',
  'case-opened': 'Opened a case.',
  'workorder-opened': 'Opened a work order.',
  'joined-open-case': 'Joined the case that is still open for its group.',
  'joined-open-workorder': 'Joined the work order that is still open for its group.',
  'information-only': 'Opens nothing, because alerts of type Info never do.',
  'test-alert': 'Opens nothing, because alerts of type Test never do.',
  'unknown-device': 'Opened nothing: no device with this Device ID exists. Create the device, and the alert is linked.',
  'category-opens-nothing': "Opened nothing, because the device's category says so.",
  'no-account':
    "Opened nothing: the device has no account. Set the device's Account; its next primary alert opens a ticket.",
};

/** Text for `ccs_reason`: the codes first, for filters, then the same in words. */
export function explain(...reasons: Reason[]): string {
  return `${reasons.join(', ')}: ${reasons.map((reason) => words[reason]).join(' ')}`;
}
