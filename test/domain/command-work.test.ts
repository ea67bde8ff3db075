import { readCommandWork } from '../../shared/domain/command-work';

const command = '019ca869-5000-8003-b84f-b06ba08900cf';

test('a message of the queue is read, whatever else it holds', () => {
  expect(readCommandWork({ command: command.toUpperCase(), since: 5, more: 1 })).toEqual({ command, since: 5 });
});

test.each([
  { which: 'a text', message: JSON.stringify({ command, since: 5 }) },
  { which: 'nothing', message: undefined },
  { which: 'a list', message: [{ command, since: 5 }] },
  { which: 'another id', message: { command: 'x', since: 5 } },
  { which: 'no time', message: { command } },
  { which: 'a time in words', message: { command, since: '5' } },
])('a message is not understood: $which', ({ message }) => {
  expect(readCommandWork(message)).toBeUndefined();
});
