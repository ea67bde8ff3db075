/** Names under which a machine calls itself. */
const own = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a request can only come from a program of this machine: it was sent to one of the machine's own names (a foreign
 * name that was made to lead here is none), and no page of elsewhere sent it.
 */
export function isOfLoopback({
  url,
  host,
  origin,
}: {
  url: string;
  host: string | null;
  origin: string | null;
}): boolean {
  const hosts = [hostOf(url), ...(host === null ? [] : [hostOf(`http://${host}`)])];
  return hosts.every(isLoopbackHost) && (origin === null || isLoopbackHost(hostOf(origin)));
}

/** Whether a name is one of the machine's own. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && own.has(host);
}

function hostOf(url: string): string | undefined {
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url).hostname : undefined;
}
