/** An inline constraint of a route parameter; `text` identifies it. */
export interface Constraint {
  text: string;
  accepts(value: string): boolean;
}

type Test = (value: string) => boolean;

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const guid = /^(\{|\()?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(\}|\))?$/i;

/** The constraint an ASP.NET Core template names (`int`, `length(1,5)`, `regex(^a$)`), or undefined for an unknown one. */
export function constraintOf(text: string): Constraint | undefined {
  const match = /^([a-z]+)(?:\((.*)\))?$/is.exec(text);
  const accepts = match && testOf(match[1]!.toLowerCase(), match[2] ?? '');
  return accepts ? { text, accepts } : undefined;
}

function testOf(name: string, argument: string): Test | undefined {
  const [first, second] = argument.split(',').map(Number) as [number, number | undefined];
  switch (name) {
    case 'int':
      return (value) => isInteger(value, 2n ** 31n);
    case 'long':
      return (value) => isInteger(value, 2n ** 63n);
    case 'bool':
      return (value) => /^(true|false)$/i.test(value);
    case 'datetime':
      return (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value));
    case 'decimal':
    case 'double':
    case 'float':
      return (value) => number.test(value);
    case 'guid':
      return (value) => guid.test(value);
    case 'alpha':
      return (value) => /^[a-z]*$/i.test(value);
    case 'minlength':
      return (value) => value.length >= first;
    case 'maxlength':
      return (value) => value.length <= first;
    case 'length':
      return (value) => value.length >= first && value.length <= (second ?? first);
    case 'min':
      return (value) => isInteger(value, 2n ** 63n) && Number(value) >= first;
    case 'max':
      return (value) => isInteger(value, 2n ** 63n) && Number(value) <= first;
    case 'range':
      return (value) => isInteger(value, 2n ** 63n) && Number(value) >= first && Number(value) <= second!;
    case 'regex':
      return regexTest(argument);
    case 'required':
      return (value) => value !== '';
    case 'file':
      return isFile;
    case 'nonfile':
      return (value) => !isFile(value);
    default:
      return undefined;
  }
}

function regexTest(source: string): Test {
  const pattern = new RegExp(source, 'i');
  return (value) => pattern.test(value);
}

function isInteger(value: string, bound: bigint): boolean {
  if (!/^[+-]?\d{1,19}$/.test(value)) return false;
  const parsed = BigInt(value.replace('+', ''));
  return parsed >= -bound && parsed < bound;
}

// A last segment with a dot that is not its last character.
function isFile(value: string): boolean {
  const last = value.slice(value.lastIndexOf('/') + 1);
  const dot = last.indexOf('.');
  return dot >= 0 && dot < last.length - 1;
}
