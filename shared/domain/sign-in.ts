/** Where and as what a page signs people in: by authorization code with PKCE, so that it needs no secret. */
export interface SignIn {
  /** Issuer of tokens; its discovery document says the rest. */
  issuer: string;
  /** Of the page, not of the API. */
  clientId: string;
  scope: string;
}
