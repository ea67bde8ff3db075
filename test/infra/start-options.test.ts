import { readOptions } from '../../infra/local/options';

const table = {
  port: { kind: 'whole', hint: 'N', min: 1, max: 65_535, default: 7071, help: 'where' },
  seed: { kind: 'whole', hint: 'N', min: 0, max: 9, help: 'which' },
  data: { kind: 'text', hint: 'DIR', default: '.local', help: 'what' },
  fresh: { kind: 'flag', help: 'anew' },
} as const;

const read = (...args: string[]) => readOptions('run', table, args);

describe('command-line options', () => {
  it('have their defaults when nothing is given', () => {
    expect(read()).toEqual({
      kind: 'options',
      values: { port: 7071, seed: undefined, data: '.local', fresh: false },
    });
  });

  it('are read in either form', () => {
    const values = { port: 8080, seed: 3, data: 'a b', fresh: true };
    expect(read('--port', '8080', '--seed=3', '--fresh', '--data', 'a b')).toEqual({ kind: 'options', values });
  });

  it.each([
    { which: 'an unknown one', args: ['--prot', '1'], reason: "Unknown option '--prot'" },
    { which: 'a word that is no option', args: ['now'], reason: "Unexpected argument 'now'" },
    { which: 'a missing value', args: ['--data'], reason: '--data' },
    { which: 'an empty value', args: ['--data', ''], reason: '--data needs a value' },
    { which: 'a value that looks like an option', args: ['--data', '--fresh'], reason: '--data' },
    { which: 'a value for a flag', args: ['--fresh=yes'], reason: '--fresh' },
    { which: 'no number', args: ['--port', '80x'], reason: '--port must be a whole number from 1 to 65535, not "80x"' },
    { which: 'a fraction', args: ['--port', '1.5'], reason: 'not "1.5"' },
    { which: 'a negative number', args: ['--port=-1'], reason: 'not "-1"' },
    { which: 'a number out of range', args: ['--port', '65536'], reason: 'not "65536"' },
  ])('are answered with one line that names the allowed ones: $which', ({ args, reason }) => {
    const answer = read(...args);
    expect(answer).toEqual({ kind: 'wrong', message: expect.stringContaining(reason) });
    const { message } = answer as { message: string };
    expect(message).toContain('Allowed after run: --port N, --seed N, --data DIR, --fresh, --help.');
    expect(message).not.toContain('\n');
  });

  it('are explained one by one, with their defaults', () => {
    const answer = read('--port', '1', '--help');
    expect(answer).toEqual({ kind: 'help', text: expect.stringMatching(/--data DIR +what \(default .local\)/) });
  });
});
