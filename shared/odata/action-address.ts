import { action, actions } from '../model/actions';
import type { ActionName } from '../model/actions';
import { entity } from '../model/entities';

/** The action that an address calls: `msdyn_X`, or `msdyn_iotalerts(<id>)/Microsoft.Dynamics.CRM.msdyn_X`; as its route says. */
export function actionAt(url: string): ActionName | undefined {
  const [, path = ''] = /\/data\/v9\.2\/(.*)$/i.exec(new URL(url).pathname) ?? [];
  const [, set, bound] =
    /^(\w+)\(.*\)\/Microsoft\.Dynamics\.CRM\.(\w+)\/?$/s.exec(path.replaceAll('%28', '(').replaceAll('%29', ')')) ?? [];
  const name = bound ?? path.replace(/\/$/, '');
  if (!Object.hasOwn(actions, name)) return undefined;
  const { boundTo } = action(name as ActionName);
  return (boundTo === null ? undefined : entity(boundTo).set) === set ? (name as ActionName) : undefined;
}
