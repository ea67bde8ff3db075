import { cannotTell } from './cannot-tell';
import { failed, passed, unknown } from './finding';
import type { Finding } from './finding';
import type { Login } from './login';
import type { Service } from './service';

interface Assignment {
  properties: { scope: string; roleDefinitionId: string; condition?: string | null };
}

interface ClassicAdministrator {
  properties: { emailAddress: string; role: string };
}

const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
/** User Access Administrator; Role Based Access Control Administrator. */
const givers = ['18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'f58310d9-a9f6-439a-9e8d-f62e7b41a168'];
const classicRoles: Record<string, string> = {
  AccountAdministrator: 'account administrator',
  ServiceAdministrator: 'service administrator',
  CoAdministrator: 'co-administrator',
};
const check = 'role';

/** Owner of the whole subscription, directly or through a group or management group; or a classic administrator. */
export async function role(subscription: string, login: Login, azure: Service): Promise<Finding> {
  const authorization = `/subscriptions/${subscription}/providers/Microsoft.Authorization`;
  const filter = encodeURIComponent(`assignedTo('${login.id}')`);
  const answer = await azure.list<Assignment>(
    `${authorization}/roleAssignments?api-version=2022-04-01&$filter=${filter}`,
  );
  const assigned = answer.kind === 'answered' ? answer.body.filter((each) => holdsFor(each, subscription)) : [];
  const has = (...ids: string[]) => assigned.filter((each) => ids.some((id) => isRole(each, id)));

  if (has(owner).some(({ properties }) => !properties.condition)) return passed(check, `${login.name} is Owner.`);
  if (has(contributor).length > 0 && has(...givers).some(({ properties }) => !properties.condition)) {
    return passed(check, `${login.name} is Contributor and may give roles, which is all that is needed of an Owner.`);
  }
  const classic = await classicRole(authorization, login, azure);
  if (classic !== undefined) return passed(check, `${login.name} is ${classic}.`);
  if (has(owner).length > 0) {
    return unknown(
      check,
      `${login.name} is Owner under a condition, which may forbid to give roles to the app.`,
      'Look at the condition: Subscriptions, Access control (IAM), Role assignments.',
    );
  }
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  if (await mayBecomeOwner(authorization, subscription, azure)) {
    return failed(
      check,
      `${login.name} may become Owner, but is not at the moment.`,
      'Activate the role: Privileged Identity Management, My roles, Azure resources. Then log in again.',
    );
  }
  return failed(
    check,
    `${login.name} is neither Owner of the subscription nor one of its classic administrators.`,
    `An Owner can change that: az role assignment create --role Owner --assignee ${login.id} --scope /subscriptions/${subscription}`,
  );
}

/** Classic administrators were retired in 2024; where Azure does not know them any more, there are none. */
async function classicRole(authorization: string, login: Login, azure: Service): Promise<string | undefined> {
  const answer = await azure.list<ClassicAdministrator>(
    `${authorization}/classicAdministrators?api-version=2015-07-01`,
  );
  if (answer.kind !== 'answered') return undefined;
  const own = answer.body.find(({ properties }) => properties.emailAddress.toLowerCase() === login.name.toLowerCase())
    ?.properties.role;
  const name = Object.keys(classicRoles).find((known) => own?.split(';').includes(known));
  return name && `classic ${classicRoles[name]}`;
}

async function mayBecomeOwner(authorization: string, subscription: string, azure: Service): Promise<boolean> {
  const answer = await azure.list<Assignment>(
    `${authorization}/roleEligibilityScheduleInstances?api-version=2020-10-01&$filter=asTarget()`,
  );
  if (answer.kind !== 'answered') return false;
  return answer.body.some((each) => isRole(each, owner) && holdsFor(each, subscription));
}

/** Not those of a single resource group or resource. */
function holdsFor({ properties: { scope } }: Assignment, subscription: string): boolean {
  const above = scope === '/' || /^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+$/i.test(scope);
  return above || scope.toLowerCase() === `/subscriptions/${subscription}`.toLowerCase();
}

function isRole({ properties: { roleDefinitionId } }: Assignment, id: string): boolean {
  return roleDefinitionId.toLowerCase().endsWith(`/${id}`);
}
