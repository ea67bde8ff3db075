import type { TokenCredential } from '@azure/identity';
import { cannotTell } from './cannot-tell';
import { failed, passed, unknown } from './finding';
import type { Finding } from './finding';
import { logIn } from './login';
import { jsonService } from './service';

const check = 'dynamics-api';

/** Asks Dynamics who we are: whoever gets an answer may use its API. */
export async function dynamicsApi(url: string | undefined, credential: TokenCredential): Promise<Finding> {
  if (url === undefined) {
    return unknown(
      check,
      'Nobody said which Dynamics to ask.',
      'Add --dataverse-url https://<organisation>.crm.dynamics.com; without Dynamics this point does not matter.',
    );
  }
  const login = await logIn(credential, `${url}/.default`);
  if ('verdict' in login) {
    const text = `No token for ${url} was given: ${login.why}`;
    return login.verdict === 'unknown' ? { ...login, check, why: text } : failed(check, text, consent);
  }
  const answer = await jsonService(url, login.token).get<{ UserId?: string; OrganizationId?: string }>(
    '/api/data/v9.2/WhoAmI',
  );
  if (answer.kind === 'expired' || (answer.kind === 'refused' && answer.status === 403)) {
    return failed(check, `${login.name} may not use the API of ${url}: ${answer.message}`, consent);
  }
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  if (answer.body.UserId === undefined)
    return failed(check, `${url} is no Dynamics: it does not know WhoAmI.`, consent);
  return passed(check, `${login.name} is user ${answer.body.UserId} of ${url}.`);
}

const consent =
  'An administrator can put it right: give the account a licence and a security role in the Power Platform admin center, ' +
  'and consent to the API "Dynamics CRM" in Microsoft Entra ID.';
