import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { demandAction, localCaller } from '../domain/caller';
import type { Caller } from '../domain/caller';
import { effectsOf } from '../domain/cost';
import { ServiceError } from '../domain/errors';
import { action } from '../model/actions';
import type { ActionName, actions, ArgumentsOf } from '../model/actions';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { readArguments } from './action-body';
import { reportTo } from './report';
import { answering, jsonHeaders } from './error-answers';
import { keyOf } from './key';

type Result<N extends ActionName> = (typeof actions)[N]['result'];

/** Several values by their names, or none; and the address of a record that tells more. */
interface Several {
  values?: object;
  told?: { entity: EntityName; id: string };
}

/** What a story answers: the value of its action's result (a decimal as its digits), or nothing. */
type Answer<N extends ActionName> =
  Result<N> extends null
    ? void
    : Result<N> extends { properties: unknown }
      ? Several
      : Result<N> extends { property: { type: 'Edm.Boolean' } }
        ? boolean
        : string;

/** The id of the record that the action is called on; an unbound action has none. */
type Bound<N extends ActionName> = (typeof actions)[N]['boundTo'] extends null ? undefined : string;

/**
 * An HTTP handler for a call of an action: reads the address and the body, runs the story, answers its value. Whoever is not
 * told who calls (see `guarded.ts`) runs it for the local user.
 */
export function calling<N extends ActionName>(
  name: N,
  story: (call: ArgumentsOf<N>, id: Bound<N>, caller: Caller) => Promise<Answer<N>> | Answer<N>,
) {
  return async (
    request: HttpRequest,
    context: Pick<InvocationContext, 'error'>,
    caller: Caller = localCaller,
  ): Promise<HttpResponseInit> =>
    answering(async () => {
      demandAction(caller, name);
      const { root, id } = readCall(name, request.url);
      const call = readArguments(name, new Uint8Array(await request.arrayBuffer()));
      caller.spend?.('effects', effectsOf(name, call));
      return answerOf(name, root, await story(call, id as Bound<N>, caller));
    }, reportTo(context));
}

function readCall(name: ActionName, url: string): { root: string; id: string | undefined } {
  const { origin, pathname, searchParams } = new URL(url);
  const option = [...searchParams.keys()].find((key) => key.startsWith('$'));
  if (option !== undefined) {
    throw new ServiceError('unsupported', `The query option ${option} cannot be used when ${name} is called.`);
  }
  const [, before = '', path = ''] = /^(.*?\/data\/v9\.2)\/(.*)$/i.exec(pathname) ?? [];
  const { boundTo } = action(name);
  return { root: `${origin}${before}`, id: boundTo === null ? undefined : idIn(name, path) };
}

/** The key between the parentheses: a GUID in any letter case, in braces or not, or `msdyn_iotalertid=<guid>`. */
function idIn(name: ActionName, path: string): string {
  const inner = /^[^(]*\((.*)\)\/[^/()]*\/?$/s.exec(decoded(path))?.[1] ?? '';
  const key = keyOf(action(name).boundTo!, inner.replace(/\{([0-9a-f-]{36})\}/i, '$1'));
  if (key.by === 'id') return key.id;
  throw new ServiceError('unsupported', `${name} can be called on a record by its id only.`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw new ServiceError('bad-request', `The address '${path}' is not well encoded.`, { cause: error });
  }
}

function answerOf(name: ActionName, root: string, value: unknown): HttpResponseInit {
  const { result } = action(name);
  if (result === null) return { status: 204, headers: { 'OData-Version': '4.0' } };
  const context = `${root}/$metadata#Microsoft.Dynamics.CRM.${result.type}`;
  if ('properties' in result) return severalOf(context, root, value as Several);
  // Decimals are written as they are: a JavaScript number would lose digits.
  const written = result.property.type === 'Edm.Decimal' ? String(value) : JSON.stringify(value);
  const body = `{"@odata.context":${JSON.stringify(context)},${JSON.stringify(result.property.name)}:${written}}`;
  return { status: 200, headers: jsonHeaders, body };
}

function severalOf(context: string, root: string, { values, told }: Several): HttpResponseInit {
  const where = told && { Location: `${root}/${entity(told.entity).set}(${told.id})` };
  if (!values) return { status: 204, headers: { 'OData-Version': '4.0', ...where } };
  const body = JSON.stringify({ '@odata.context': context, ...values });
  return { status: 200, headers: { ...jsonHeaders, ...where }, body };
}
