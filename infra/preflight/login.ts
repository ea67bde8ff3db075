import type { TokenCredential } from '@azure/identity';
import { failed, passed, unknown } from './finding';
import type { Finding } from './finding';

/** Who is logged in, as the token says. It is read, not verified: whoever it is shown to does that. */
export interface Login {
  token: string;
  /** The directory the login is for. */
  tenant: string;
  /** Object id in that directory. */
  id: string;
  name: string;
  kind: 'person' | 'application';
  personal: boolean;
  /** The directory the account belongs to; undefined when the token does not tell, as for some guests. */
  home: string | undefined;
}

const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad';
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

export async function logIn(credential: TokenCredential, scope: string): Promise<Login | Finding> {
  try {
    const token = await credential.getToken(scope);
    if (!token) return notLoggedIn('No token was given.');
    return readToken(token.token);
  } catch (error) {
    return whyNot(error instanceof Error ? error.message : String(error));
  }
}

interface Claims {
  tid?: string;
  oid?: string;
  iss?: string;
  idp?: string;
  idtyp?: string;
  appid?: string;
  upn?: string;
  unique_name?: string;
  email?: string;
}

function readToken(token: string): Login | Finding {
  let claims: Claims;
  try {
    claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
  } catch {
    return notLoggedIn('The token cannot be read.');
  }
  const { tid, oid, idp, idtyp, appid, iss = '' } = claims;
  if (tid === undefined || oid === undefined) return notLoggedIn('The token names neither a directory nor an account.');
  const raw = claims.upn ?? claims.unique_name ?? claims.email ?? appid ?? oid;
  const personal = idp === 'live.com' || raw.startsWith('live.com#') || tid === consumers || iss.includes(consumers);
  return {
    token,
    tenant: tid,
    id: oid,
    name: raw.replace(/^live\.com#/, ''),
    kind: idtyp === 'app' ? 'application' : 'person',
    personal,
    home: homeOf(tid, idp, raw, personal),
  };
}

/** Guests are shown by another identity provider, or by the mark that the directory puts into their names. */
function homeOf(tenant: string, idp: string | undefined, name: string, personal: boolean): string | undefined {
  if (personal) return consumers;
  if (idp !== undefined) return uuid.exec(idp)?.[0];
  return name.includes('#EXT#') ? undefined : tenant;
}

function whyNot(message: string): Finding {
  const line = message.split('\n')[0]!;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|network/i.test(message)) {
    return unknown('login', `The login service cannot be reached: ${line}`, 'Connect to the internet and try again.');
  }
  if (/AADSTS(50173|70043|70044|700082|50078)|expired|interaction/i.test(message)) {
    return failed('login', `The login has expired: ${line}`, 'Run "az login" again.');
  }
  return notLoggedIn(line);
}

function notLoggedIn(why: string): Finding {
  return failed('login', `Nobody is logged in: ${why}`, 'Run "az login", or "azd auth login".');
}

export function homeTenant({ name, tenant, home }: Login): Finding {
  if (home === tenant) return passed('home-tenant', `${tenant} is the home directory of ${name}.`);
  const where = home ?? 'another one';
  return failed(
    'home-tenant',
    `${name} is a guest in ${tenant}; its home directory is ${where}. The system is put into the home directory only.`,
    'Log in with an account of that directory, or choose a subscription of your own: az login --tenant <home directory>.',
  );
}

export function organisationalAccount({ name, personal, kind }: Login): Finding {
  const check = 'organisational-account';
  if (!personal)
    return passed(check, `${name} is an ${kind === 'person' ? 'account' : 'application'} of an organisation.`);
  return failed(
    check,
    `${name} is a personal account, such as those of Outlook or Gmail.`,
    'Log in with an account that an organisation gave you. An administrator can make one: Microsoft Entra ID, Users, New user.',
  );
}
