import { isLoopbackHost } from '../../../shared/domain/loopback';
import { roles } from '../../../shared/model/rights';

/** What a page asks for when it sends somebody here to sign in. */
export interface AuthorizationRequest {
  client: string;
  redirect: string;
  state: string;
  challenge: string;
}

/** Reads the request for a code, or says what is wrong with it: then nobody may be sent anywhere. */
export function readAuthorization(query: URLSearchParams): AuthorizationRequest | { problem: string } {
  const [client, redirect, challenge] = ['client_id', 'redirect_uri', 'code_challenge'].map((key) => query.get(key));
  if (!client) return { problem: 'client_id is missing.' };
  if (!redirect || !isConsole(redirect)) {
    return { problem: 'redirect_uri must be /console/signed-in of this machine.' };
  }
  if (query.get('response_type') !== 'code') return { problem: 'response_type must be code.' };
  if (query.get('code_challenge_method') !== 'S256' || !challenge) {
    return { problem: 'A code_challenge with the code_challenge_method S256 is needed.' };
  }
  return { client, redirect, challenge, state: query.get('state') ?? '' };
}

/** Addresses that people are sent back to: the console, on whatever port it is. */
export function isConsole(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, pathname } = new URL(address);
  return protocol === 'http:' && isLoopbackHost(hostname) && /^\/console\/(signed-in)?$/.test(pathname);
}

/** The page on which somebody says who he is, and as what he comes. It posts to its own address. */
export function signInPage(problem?: string): string {
  const options = [...roles, ''].map((role) => `<option value="${role}">${role || 'no role'}</option>`).join('');
  return `<!doctype html><html lang="en"><title>Sign in to the local stack</title><link rel="icon" href="data:,">
<body style="font-family: sans-serif; max-width: 28rem; margin: 3rem auto">
<h1>Sign in to the local stack</h1>
<p>This stands in for Microsoft Entra ID. The password is <code>functionKey</code> in <code>stack.json</code>.</p>
${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
<form method="post">
<p><label>Name <input name="name" value="Ada" required></label></p>
<p><label>Role <select name="role">${options}</select></label></p>
<p><label>Password <input name="password" type="password" required></label></p>
<p><button>Sign in</button></p>
</form></body></html>`;
}
