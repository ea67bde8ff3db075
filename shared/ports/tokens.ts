/** Tells whether a bearer token is good. */
export interface Tokens {
  /** What the token says; throws `unauthenticated` with what is wrong with it, `login-unreachable` when nobody can tell. */
  verify(token: string): Promise<Readonly<Record<string, unknown>>>;
}
