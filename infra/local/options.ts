import { parseArgs } from 'node:util';

/** One command-line option: what a person may type, and what it means when it is left out. */
export type Option =
  | { kind: 'flag'; help: string }
  | { kind: 'whole'; help: string; hint: string; min: number; max: number; default?: number }
  | { kind: 'text'; help: string; hint: string; default?: string };

export type OptionTable = Readonly<Record<string, Option>>;

type Value<O extends Option> = O extends { kind: 'flag' }
  ? boolean
  : O extends { kind: 'whole' }
    ? O extends { default: number }
      ? number
      : number | undefined
    : O extends { default: string }
      ? string
      : string | undefined;

export type Values<T extends OptionTable> = { [name in keyof T]: Value<T[name]> };

export type Read<T extends OptionTable> =
  { kind: 'options'; values: Values<T> } | { kind: 'help'; text: string } | { kind: 'wrong'; message: string };

/** Reads a command line by its table. A wrong one is answered with a single line that names what is allowed. */
export function readOptions<const T extends OptionTable>(command: string, table: T, args: readonly string[]): Read<T> {
  const parsed = parse(table, args);
  if (typeof parsed === 'string') return { kind: 'wrong', message: `${parsed} ${allowed(command, table)}` };
  if (parsed['help']) return { kind: 'help', text: help(command, table) };
  const values: Record<string, boolean | number | string | undefined> = {};
  for (const [name, option] of Object.entries(table)) {
    const given = parsed[name];
    if (option.kind === 'flag') values[name] = given === true;
    else if (typeof given !== 'string') values[name] = option.default;
    else if (option.kind === 'text') values[name] = given;
    else {
      const number = wholeNumber(given);
      if (number === undefined || number < option.min || number > option.max) {
        const wanted = `a whole number from ${option.min} to ${option.max}`;
        return {
          kind: 'wrong',
          message: `--${name} must be ${wanted}, not "${given}". ${allowed(command, table)}`,
        };
      }
      values[name] = number;
    }
  }
  return { kind: 'options', values: values as Values<T> };
}

function parse(table: OptionTable, args: readonly string[]): Record<string, string | boolean | undefined> | string {
  const options = Object.fromEntries(
    [...Object.entries(table), ['help', { kind: 'flag' }] as const].map(([name, option]) => [
      name,
      { type: option.kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    const empty = Object.entries(values).find(([, value]) => value === '');
    return empty ? `--${empty[0]} needs a value.` : values;
  } catch (thrown) {
    // Node's own words may run over several lines; the first sentence says which option it was.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return `${message.split(/[.\n]/)[0]!}.`;
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function allowed(command: string, table: OptionTable): string {
  const forms = Object.entries(table).map(([name, option]) => form(name, option));
  return `Allowed after ${command}: ${forms.join(', ')}, --help.`;
}

function help(command: string, table: OptionTable): string {
  const forms = Object.entries(table).map(([name, option]) => [form(name, option), describe(option)] as const);
  const width = Math.max(...forms.map(([text]) => text.length)) + 2;
  return [`${command} [options]`, ...forms.map(([text, meaning]) => `  ${text.padEnd(width)}${meaning}`)].join('\n');
}

function form(name: string, option: Option): string {
  return option.kind === 'flag' ? `--${name}` : `--${name} ${option.hint}`;
}

function describe(option: Option): string {
  return option.kind === 'flag' || option.default === undefined
    ? option.help
    : `${option.help} (default ${option.default})`;
}
