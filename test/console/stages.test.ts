import { stagesOf } from '../../console/alerts/stages';
import type { Alert } from '../../shared/model/entities';

test.each<{ which: string; alert: Alert; progress: string[] }>([
  { which: 'was raised just now', alert: { statecode: 0 }, progress: ['done', 'next', 'open', 'open', 'open'] },
  {
    which: 'opened a case without a command',
    alert: { statecode: 2, _msdyn_case_value: 'c' },
    progress: ['done', 'skipped', 'done', 'next', 'open'],
  },
  {
    which: 'has a command that failed',
    alert: { statecode: 2, statuscode: 7, _msdyn_lastcommandsent_value: 'k' },
    progress: ['done', 'failed', 'next', 'open', 'open'],
  },
  {
    which: 'went all the way',
    alert: { statecode: 3, _msdyn_lastcommandsent_value: 'k', _msdyn_case_value: 'c', _msdyn_workorder_value: 'w' },
    progress: ['done', 'done', 'done', 'done', 'done'],
  },
  { which: 'was closed at once', alert: { statecode: 3 }, progress: ['done', 'skipped', 'skipped', 'skipped', 'done'] },
])('an alert that $which', ({ alert, progress }) => {
  expect(stagesOf(alert).map((stage) => stage.progress)).toEqual(progress);
});
