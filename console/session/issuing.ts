/** What must be known when somebody comes back from signing in. */
export interface Begun {
  state: string;
  verifier: string;
}

/** What the issuer gave; `expires` in milliseconds since 1970. */
export interface Tokens {
  access: string;
  refresh?: string;
  expires: number;
}

/** What the issuer is asked: by authorization code with PKCE, and by refresh token. */
export interface Issuer {
  /** Where somebody is sent to sign in, and what must be known when he comes back. */
  begin(): Promise<{ address: string; begun: Begun }>;
  /** What the address that he came back to is worth. */
  finish(came: URL, begun: Begun): Promise<Tokens>;
  /** Undefined when the sign-in has ended. */
  renew(refresh: string): Promise<Tokens | undefined>;
  /** Where the sign-in at the issuer ends, if it has such a place. */
  end(): string | undefined;
}
