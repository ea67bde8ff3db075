import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, InvocationRequest, InvocationResponse, Nullable } from './rpc';

/** The real host refuses more with 413 before the function sees anything. */
export const defaultBodyLimit = 100 * 1024 * 1024;

/** `path` is still percent-encoded; `query` is without the question mark. */
export interface Target {
  path: string;
  query: string;
}

export function splitTarget(url: string): Target {
  // An absolute-form target (`GET http://host/path`) is legal; only its path counts.
  const relative = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/';
  const mark = relative.indexOf('?');
  return mark < 0 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark + 1) };
}

/**
 * The declared body, or 'too-large'. A body without content-length (chunked) is not delivered: the real host decides on
 * the header alone.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined | 'too-large'> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > limit) return 'too-large';
  if (!(length > 0)) {
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

/** What the worker gets for an HTTP request: lower-case header names, repeated headers and query keys joined with ','. */
export function toInvocationRequest(
  request: IncomingMessage,
  { path, query }: Target,
  params: Record<string, string>,
  body: Buffer | undefined,
  bindingName: string,
): InvocationRequest {
  const headers = headersOf(request.rawHeaders);
  const authority = headers['host']?.value ?? 'localhost';
  const http: HttpData = {
    method: request.method!,
    url: `http://${authority}${path}${query && `?${query}`}`,
    nullableHeaders: headers,
    nullableQuery: queryOf(query),
    nullableParams: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { value }])),
    body: body && { bytes: body },
  };
  const traceParent = headers['traceparent']?.value;
  return {
    inputData: [{ name: bindingName, data: { http } }],
    ...(traceParent && {
      traceContext: { traceParent, traceState: headers['tracestate']?.value ?? '', attributes: {} },
    }),
  };
}

function headersOf(raw: string[]): Record<string, Nullable<string>> {
  const headers: Record<string, Nullable<string>> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const known = headers[name];
    if (known) known.value += `${name === 'cookie' ? '; ' : ','}${raw[i + 1]!}`;
    else headers[name] = { value: raw[i + 1]! };
  }
  return headers;
}

function queryOf(query: string): Record<string, Nullable<string>> {
  const values: Record<string, Nullable<string>> = {};
  if (!query) return values;
  // Query keys are one when they differ only by case; the first spelling is kept.
  const spellings = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const spelling = spellings.get(name.toLowerCase());
    if (spelling === undefined) {
      spellings.set(name.toLowerCase(), name);
      values[name] = { value };
    } else {
      values[spelling]!.value += `,${value}`;
    }
  }
  return values;
}

/** Writes the function's HTTP output; no output means 204. */
export function writeResponse(response: ServerResponse, http: HttpData | undefined): void {
  if (!http) return writeStatus(response, 204);
  const status = Number(http.statusCode ?? 200);
  response.statusCode = status;
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value);
  if (http.cookies?.length) {
    const fromHeader = response.getHeader('set-cookie');
    const cookies = http.cookies.map(cookieText);
    response.setHeader('set-cookie', typeof fromHeader === 'string' ? [fromHeader, ...cookies] : cookies);
  }
  const body = http.body?.bytes ?? (http.body?.string ? Buffer.from(http.body.string) : undefined);
  response.removeHeader('transfer-encoding');
  if (status === 204 || status === 304) response.removeHeader('content-length');
  else response.setHeader('content-length', body?.byteLength ?? 0);
  if (body?.byteLength) response.end(body);
  else response.end();
}

/** A status and nothing else: the real host's own answers have no body. */
export function writeStatus(response: ServerResponse, status: number): void {
  response.statusCode = status;
  if (status !== 204) response.setHeader('content-length', 0);
  response.end();
}

export function writeJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.byteLength });
  response.end(body);
}

/** The HTTP output of a function: its return value, or the output binding of type http. */
export function httpOutput({ returnValue, outputData }: InvocationResponse): HttpData | undefined {
  const data = returnValue?.http ? returnValue : outputData?.find((output) => output.data?.http)?.data;
  return data?.http ?? undefined;
}

// Attributes in the order ASP.NET Core writes them; the path is "/" when the app gives none.
function cookieText(cookie: HttpCookie): string {
  const expires = cookie.expires?.value?.seconds;
  const sameSite = { none: undefined, lax: 'lax', strict: 'strict', explicitNone: 'none' }[cookie.sameSite ?? 'none'];
  return [
    `${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`,
    expires !== undefined && `expires=${new Date(expires * 1000).toUTCString()}`,
    cookie.maxAge?.value !== undefined && `max-age=${cookie.maxAge.value}`,
    cookie.domain?.value && `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? '/'}`,
    cookie.secure?.value && 'secure',
    sameSite && `samesite=${sameSite}`,
    cookie.httpOnly?.value && 'httponly',
  ]
    .filter(Boolean)
    .join('; ');
}
