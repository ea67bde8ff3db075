import { ServiceError } from '../domain/errors';
import { valueAt } from '../domain/json-text';
import { action } from '../model/actions';
import type { ActionName, ArgumentsOf, Parameter } from '../model/actions';
import { decodeBody, readJsonBody } from './json-body';

const howToWrite: Readonly<Record<Parameter['type'], string>> = {
  'Edm.Boolean': 'true or false',
  'Edm.Decimal': 'a number',
  'Edm.Int32': 'a whole number from -2147483648 to 2147483647',
  'Edm.String': 'a text',
};

/**
 * Reads the parameters of a call from its body. Every parameter of the action is in the answer: null where a nullable one
 * was left out. A parameter that the action does not have, one that is missing, null, or of another type is refused.
 */
export function readArguments<N extends ActionName>(name: N, bytes: Uint8Array): ArgumentsOf<N> {
  const { parameters } = action(name);
  // An action without required parameters may be called without a body.
  const empty = bytes.length === 0 && parameters.every(({ nullable }) => nullable);
  const body = empty ? {} : readJsonBody(bytes);
  const text = empty ? '{}' : decodeBody(bytes);
  for (const key of Object.keys(body)) {
    // Annotations say nothing that we need.
    if (key.includes('@') || parameters.some((parameter) => parameter.name === key)) continue;
    const known = parameters.map((parameter) => parameter.name).join(', ');
    throw new ServiceError(
      'unknown-property',
      `${name} has no parameter '${key}'. ${known ? `It has ${known}; letter case matters.` : 'It takes none.'}`,
    );
  }
  const values = parameters.map((parameter) => [parameter.name, readValue(name, parameter, body, text)] as const);
  return Object.fromEntries(values) as ArgumentsOf<N>;
}

function readValue(name: ActionName, parameter: Parameter, body: Readonly<Record<string, unknown>>, text: string) {
  const { name: key, type, nullable, description } = parameter;
  const value = Object.hasOwn(body, key) ? body[key] : undefined;
  if (value === undefined || value === null) {
    if (nullable) return null;
    const what = value === null ? 'must not be null' : 'is missing';
    throw new ServiceError(
      'invalid-value',
      `The parameter ${key} of ${name} ${what}. Send ${howToWrite[type]}: ${description}`,
    );
  }
  if (!fits(type, value)) {
    const got = typeof value === 'object' ? 'an object or array' : JSON.stringify(value).slice(0, 60);
    throw new ServiceError('invalid-value', `The parameter ${key} of ${name} must be ${howToWrite[type]}; got ${got}.`);
  }
  return type === 'Edm.Decimal' ? valueAt(text, key)! : value;
}

function fits(type: Parameter['type'], value: unknown): boolean {
  switch (type) {
    case 'Edm.Boolean':
      return typeof value === 'boolean';
    case 'Edm.Decimal':
      return typeof value === 'number';
    case 'Edm.Int32':
      return Number.isInteger(value) && (value as number) === ((value as number) | 0);
    case 'Edm.String':
      return typeof value === 'string';
  }
}
