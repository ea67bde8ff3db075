import { functionsLog } from '../../shared/adapters/functions/log';
import { memoryLog } from '../../shared/adapters/memory/log';
import { ServiceError } from '../../shared/domain/errors';
import { errorIds, logText } from '../../shared/domain/log-text';
import { logLines } from '../../shared/model/log-lines';
import type { LogLineName } from '../../shared/model/log-lines';
import type { Log } from '../../shared/ports/log';

interface Subject {
  log: Log;
  written: { level: string; text: string }[];
}

/** The log of a call of a function, as the library hands it over. */
function onFunctions(): Subject {
  const written: Subject['written'] = [];
  const at = (level: string) => (text: unknown) => void written.push({ level, text: String(text) });
  return { written, log: functionsLog({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }) };
}

describe.each<{ which: string; open: () => Subject }>([
  { which: 'memory', open: memoryLog },
  { which: 'the Functions host', open: onFunctions },
])('a log in $which', ({ open }) => {
  test('writes each line at its level: name, meaning, what to do, ids', () => {
    const { log, written } = open();
    log('message-parked', { partition: '0', sequence: '12', device: null, reason: 'not-json' });
    log('parent-alert', { alert: 'a', device: 'd', response: undefined });
    log('alerts-expired');
    const parked = logLines['message-parked'];
    expect(written).toEqual([
      {
        level: 'warn',
        text: `message-parked: ${parked.means} ${parked.do} {"partition":"0","sequence":"12","reason":"not-json"}`,
      },
      { level: 'info', text: 'parent-alert: An alert became a primary alert. {"alert":"a","device":"d"}' },
      { level: 'info', text: 'alerts-expired: Alerts older than RETENTION_DAYS were removed.' },
    ]);
  });
});

test('a device id cannot write a line of its own, nor a long one', () => {
  const text = logText('device-deleted', { device: `x\n2026-01-01 error message-parked: ${'y'.repeat(5_000)}` });
  expect(text.split('\n')).toHaveLength(1);
  expect(text.length).toBeLessThan(400);
});

test.each(Object.keys(logLines) as LogLineName[])(
  '%s says in sentences what it means, and what to do unless all is well',
  (name) => {
    const { level, means, do: advice } = logLines[name];
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(means).toMatch(/^[A-Z].*\.$/);
    expect(advice).toMatch(level === 'warn' || level === 'error' ? /^[A-Z].*\.$/ : /^$/);
  },
);

describe('of an error, a log says', () => {
  test('its code and text where it is ours, and that another was behind it', () => {
    const cause = Object.assign(new Error('secret of the cause'), { name: 'RestError' });
    const error = new ServiceError('storage-unavailable', 'Storage is busy.', { cause });
    const said = errorIds(error);
    expect(said).toMatchObject({ reason: 'storage-unavailable', says: 'Storage is busy.' });
    expect(said.where).toMatch(/log\.test\.ts.*because of RestError/);
    expect(JSON.stringify(said)).not.toContain('secret');
  });

  test.each([
    { which: 'a parser, which quotes what it read', error: trying(() => JSON.parse('secret')) },
    { which: 'somebody else', error: new Error('secret') },
    { which: 'a text that was thrown', error: 'secret' },
  ])('nothing of the text of $which', ({ error }) => {
    expect(JSON.stringify(errorIds(error))).not.toContain('secret');
  });
});

function trying(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
