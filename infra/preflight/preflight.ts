import type { TokenCredential } from '@azure/identity';
import { dynamicsApi } from './dynamics';
import { checks, failed, passed, unknown } from './finding';
import type { CheckName, Finding } from './finding';
import { homeTenant, logIn, organisationalAccount } from './login';
import type { Login } from './login';
import { freeNames } from './names';
import { flexRegion, iotHubRegion, resourceProviders } from './providers';
import type { Choices } from './providers';
import { flexQuota, iotHubQuota } from './quota';
import { role } from './role';
import { jsonService } from './service';
import type { Service } from './service';
import { subscriptionInPrimaryDirectory } from './subscription';

export interface Question extends Choices {
  subscription: string;
  location: string;
  tier: string;
  /** Beginning of the names, when somebody chose one. */
  name: string | undefined;
  dataverseUrl: string | undefined;
  /** Base address of the management API, without a slash at its end. */
  managementUrl: string;
}

/** One finding for each check, in their order. Nothing is changed anywhere. */
export async function preflight(question: Question, credential: TokenCredential): Promise<Finding[]> {
  const login = await logIn(credential, `${question.managementUrl}/.default`);
  if ('verdict' in login) {
    const others = checks.filter((name) => name !== 'login');
    return [
      login,
      ...others.map((name) => unknown(name, 'Without a login nobody can tell.', 'Put the login right first.')),
    ];
  }
  const azure = jsonService(question.managementUrl, login.token);
  const { subscription, location } = question;
  const found: Record<CheckName, Promise<Finding>> = {
    login: loginAccepted(login, azure),
    'home-tenant': Promise.resolve(homeTenant(login)),
    'organisational-account': Promise.resolve(organisationalAccount(login)),
    subscription: subscriptionInPrimaryDirectory(subscription, login, azure),
    role: role(subscription, login, azure),
    'dynamics-api': dynamicsApi(question.dataverseUrl, credential),
    'resource-providers': resourceProviders(subscription, question, azure),
    'flex-region': flexRegion(subscription, location, azure),
    'iot-hub-region': iotHubRegion(subscription, location, azure),
    'flex-quota': flexQuota(subscription, location, azure),
    'iot-hub-quota': iotHubQuota(subscription, question.tier, azure),
    names: freeNames(subscription, question.name, azure),
  };
  return Promise.all(checks.map((name) => found[name]));
}

/** A token may be there and yet not count any more. */
async function loginAccepted(login: Login, azure: Service): Promise<Finding> {
  const answer = await azure.list<{ tenantId: string }>('/tenants?api-version=2022-12-01');
  switch (answer.kind) {
    case 'answered': {
      const others = answer.body.length - 1;
      const more = others > 0 ? ` It is known in ${others} other directories, which do not count.` : '';
      return passed('login', `${login.name} is logged in to the directory ${login.tenant}.${more}`);
    }
    case 'expired':
      return failed(
        'login',
        `Azure does not accept the login of ${login.name}: ${answer.message}`,
        'Run "az login" again.',
      );
    case 'refused':
      return failed('login', `Azure refuses ${login.name}: ${answer.message}`, 'Run "az login" with another account.');
    case 'throttled':
      return unknown('login', 'Azure is asked too much at the moment.', 'Try again in a few minutes.');
    case 'unreachable':
      return unknown('login', `${answer.why}.`, 'Connect to the internet, or let the proxy through, and try again.');
  }
}
