import { ServiceError } from '../domain/errors';
import type { EntityName } from '../model/entities';
import type { CaseFunction, Comparison, Filter, Literal, Operand, TextFunction } from './filter';
import { checkKinds, kindOf, mismatch, operandNamed, unexpected } from './filter-operands';
import { tokensOf } from './filter-tokens';

const comparisons: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] satisfies Comparison[];
const textFunctions: readonly string[] = ['contains', 'startswith', 'endswith'] satisfies TextFunction[];
const caseFunctions: readonly string[] = ['tolower', 'toupper'] satisfies CaseFunction[];

/** Parentheses and `not` may be nested this deep: enough for people, and no danger to the stack. */
const deepest = 50;

/**
 * Reads a `$filter`: comparisons (`eq ne gt ge lt le`), `in`, `and`, `or`, `not`, parentheses, `contains`, `startswith`,
 * `endswith`, `tolower` and `toupper` of texts, and a boolean property by itself. Throws `bad-request` with the place and what was expected there.
 *
 *     either  = both ('or' both)*
 *     both    = single ('and' single)*
 *     single  = 'not' single | '(' either ')' | function '(' operand ',' operand ')' | operand [comparison | in]
 *     operand = value | property | ('tolower' | 'toupper') '(' operand ')'
 */
export function parseFilter(text: string, name: EntityName): Filter {
  const tokens = tokensOf(text);
  let next = 0;
  let depth = 0;

  const peek = () => tokens[next]!;
  const isWord = (word: string) => peek().kind === 'word' && peek().text === word;
  const isMark = (mark: string) => peek().kind === 'mark' && peek().text === mark;
  const take = () => tokens[next++]!;
  const expect = (mark: string) => {
    if (!isMark(mark)) throw unexpected(peek(), `'${mark}'`);
    return take();
  };
  const nested = <T>(read: () => T): T => {
    depth += 1;
    if (depth > deepest) throw new ServiceError('bad-request', `$filter: nested more than ${deepest} levels deep.`);
    const result = read();
    depth -= 1;
    return result;
  };

  const either = (): Filter => chain('or', both);
  const both = (): Filter => chain('and', single);
  const chain = (kind: 'and' | 'or', part: () => Filter): Filter => {
    const parts = [part()];
    while (isWord(kind)) {
      take();
      parts.push(part());
    }
    return parts.length === 1 ? parts[0]! : { kind, parts };
  };

  const single = (): Filter => {
    if (isWord('not')) {
      take();
      return nested(() => ({ kind: 'not', part: single() }));
    }
    if (isMark('(')) {
      take();
      const inner = nested(either);
      expect(')');
      return inner;
    }
    return isCall() && !caseFunctions.includes(peek().text) ? call() : comparison();
  };

  const isCall = () => {
    const following = tokens[next + 1];
    return peek().kind === 'word' && following?.kind === 'mark' && following.text === '(';
  };

  const call = (): Filter => {
    const test = take();
    if (!textFunctions.includes(test.text)) throw notOffered(test.text);
    expect('(');
    const operand = textOperand(test.text);
    expect(',');
    const part = textOperand(test.text);
    expect(')');
    return { kind: 'text', test: test.text as TextFunction, operand, part };
  };

  const textOperand = (test: string): Operand => {
    const token = peek();
    const operand = readOperand();
    if (!['text', 'null'].includes(kindOf(operand))) throw mismatch(token, `${test} takes texts`);
    return operand;
  };

  const comparison = (): Filter => {
    const start = peek();
    const left = readOperand();
    const operator = peek();
    if (isWord('in')) {
      take();
      return { kind: 'in', operand: left, list: list(left) };
    }
    if (operator.kind === 'word' && comparisons.includes(operator.text)) {
      take();
      const token = peek();
      const right = readOperand();
      checkKinds(left, right, token);
      return { kind: 'compare', comparison: operator.text as Comparison, left, right };
    }
    if (kindOf(left) === 'boolean') return { kind: 'flag', operand: left };
    throw unexpected(operator, `one of ${comparisons.join(', ')}, in after '${start.text}'`);
  };

  const list = (left: Operand): Literal[] => {
    expect('(');
    const values: Literal[] = [];
    do {
      const token = peek();
      const value = readOperand();
      if (value.kind !== 'literal') throw unexpected(token, 'a value');
      checkKinds(left, value, token);
      values.push(value);
    } while (isMark(',') && take());
    expect(')');
    return values;
  };

  const readOperand = (): Operand => {
    const token = peek();
    if (token.kind === 'value') {
      take();
      return token.literal;
    }
    if (token.kind !== 'word') throw unexpected(token, 'a property or a value');
    const isFunction = isCall();
    take();
    return isFunction ? changedCase(token.text) : operandNamed(name, token);
  };

  const changedCase = (change: string): Operand => {
    if (!caseFunctions.includes(change)) throw notOffered(change);
    expect('(');
    const operand = nested(() => textOperand(change));
    expect(')');
    return { kind: 'changed-case', change: change as CaseFunction, operand };
  };

  const filter = either();
  if (peek().kind !== 'end') throw unexpected(peek(), "'and', 'or' or the end");
  return filter;
}

function notOffered(called: string): ServiceError {
  const offered = [...textFunctions, ...caseFunctions].join(', ');
  return new ServiceError('unsupported', `$filter: the function '${called}' is not offered, only ${offered}.`);
}
