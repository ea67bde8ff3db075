import { foreseenIn } from '../../console/devices/foreseen';
import { addUp } from '../../console/parked/replays';

test('what would happen is counted by outcome and reason, most first', () => {
  const one = { Outcome: 'Left alone', Reason: 'It is being registered.' };
  const many = { Outcome: 'Registered', Reason: 'It is not registered.' };
  expect(foreseenIn({ Outcomes: [one, many, many] })).toEqual([
    { outcome: 'Registered', reason: 'It is not registered.', devices: 2 },
    { outcome: 'Left alone', reason: 'It is being registered.', devices: 1 },
  ]);
});

test('replays of several calls are added up, those that stay by their reason', () => {
  const replayed = { Outcome: 'Replayed', Alerts: 2, Reason: '' };
  const refused = { Outcome: 'Refused', Alerts: 0, Reason: 'no JSON' };
  const missing = { Outcome: 'Missing', Alerts: 0, Reason: '' };
  const sum = addUp([{ Outcomes: [replayed, refused] }, { Outcomes: [refused, replayed, missing] }]);
  expect(sum).toEqual({ replayed: 2, alerts: 4, missing: 1, refused: new Map([['no JSON', 2]]) });
});
