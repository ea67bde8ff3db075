/** What `WWW-Authenticate` says: where to get a token, and for what, when tokens are taken. */
export function challengeFor(tokens: { issuers: readonly string[]; audiences: readonly string[] } | undefined): string {
  const realm = 'Bearer realm="connected-customer-service"';
  return tokens ? `${realm}, authorization_uri="${tokens.issuers[0]}", resource_id="${tokens.audiences[0]}"` : realm;
}
