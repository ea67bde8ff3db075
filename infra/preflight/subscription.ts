import { cannotTell } from './cannot-tell';
import { failed, passed } from './finding';
import type { Finding } from './finding';
import type { Login } from './login';
import type { Service } from './service';

interface Subscription {
  displayName: string;
  state: string;
  tenantId: string;
}

/** It must be there, be in use, and belong to the directory of the login. */
export async function subscriptionInPrimaryDirectory(id: string, login: Login, azure: Service): Promise<Finding> {
  const check = 'subscription';
  const answer = await azure.get<Subscription>(`/subscriptions/${id}?api-version=2022-12-01`);
  if (answer.kind === 'refused' && [400, 403, 404].includes(answer.status)) {
    return failed(
      check,
      `${login.name} does not see the subscription ${id} in the directory ${login.tenant}.`,
      'Look at "az account list --all" for the id and its tenantId, then log in there: az login --tenant <tenantId>.',
    );
  }
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  const { displayName, state, tenantId } = answer.body;
  if (state !== 'Enabled') {
    return failed(
      check,
      `${displayName} is ${state}.`,
      'Set it right in the portal: Subscriptions, its name, Overview.',
    );
  }
  if (tenantId !== (login.home ?? 'unknown')) {
    return failed(
      check,
      `${displayName} belongs to the directory ${tenantId}, which is not the primary directory of ${login.name}.`,
      'Choose a subscription of your own directory, or let an account of that directory do it. Being invited is not enough.',
    );
  }
  return passed(check, `${displayName} is enabled and belongs to the directory of ${login.name}.`);
}
