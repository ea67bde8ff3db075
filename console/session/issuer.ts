import {
  None,
  ResponseBodyError,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  validateAuthResponse,
} from 'oauth4webapi';
import type { TokenEndpointResponse } from 'oauth4webapi';
import type { SignIn } from '../../shared/domain/sign-in';
import type { Issuer } from './issuing';

/** Asks the issuer for what it offers. `origin` is where the console is. */
export async function openIssuer({ issuer, clientId, scope }: SignIn, origin: string): Promise<Issuer> {
  const url = new URL(issuer);
  // The service names an issuer without encryption only where it is on the same machine.
  const options = { [allowInsecureRequests]: url.protocol === 'http:' };
  const server = await processDiscoveryResponse(url, await discoveryRequest(url, options));
  const client = { client_id: clientId };
  const redirect = `${origin}/console/signed-in`;
  return {
    begin: async () => {
      const begun = { state: generateRandomState(), verifier: generateRandomCodeVerifier() };
      const address = new URL(server.authorization_endpoint!);
      const question = {
        client_id: clientId,
        redirect_uri: redirect,
        response_type: 'code',
        scope,
        state: begun.state,
        code_challenge: await calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(question)) address.searchParams.set(name, value);
      return { address: address.href, begun };
    },
    finish: async (came, { state, verifier }) => {
      const code = validateAuthResponse(server, client, came, state);
      const answer = await authorizationCodeGrantRequest(server, client, None(), code, redirect, verifier, options);
      return tokensOf(await processAuthorizationCodeResponse(server, client, answer));
    },
    renew: async (refresh) => {
      const answer = await refreshTokenGrantRequest(server, client, None(), refresh, options);
      try {
        return tokensOf(await processRefreshTokenResponse(server, client, answer), refresh);
      } catch (error) {
        if (error instanceof ResponseBodyError) return undefined; // the issuer gives no more
        throw error;
      }
    },
    end: () => {
      if (server.end_session_endpoint === undefined) return undefined;
      const address = new URL(server.end_session_endpoint);
      address.searchParams.set('post_logout_redirect_uri', `${origin}/console/`);
      return address.href;
    },
  };
}

function tokensOf(
  { access_token: access, refresh_token: next, expires_in: lasts }: TokenEndpointResponse,
  old?: string,
) {
  const refresh = next ?? old;
  return { access, expires: Date.now() + 1000 * (lasts ?? 300), ...(refresh !== undefined && { refresh }) };
}
