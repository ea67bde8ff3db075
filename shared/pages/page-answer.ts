import type { HttpResponseInit } from '@azure/functions';
import type { SignIn } from '../domain/sign-in';
import { encodings } from '../ports/page-files';
import type { Encoding, PageFile, PageFiles } from '../ports/page-files';
import { securityHeaders } from './security-headers';

/** What of a request for a page matters. */
export interface PageRequest {
  /** Below the console's folder, without a leading slash; empty for its start. */
  path: string;
  acceptEncoding: string | null;
  ifNoneMatch: string | null;
}

/** What the console is made of: the files of its build, and where its people sign in. */
export interface Pages {
  files: PageFiles;
  signIn: SignIn | undefined;
}

/**
 * Answers with a file of the console. Names below `static/` hold a hash of their content, so they are kept for ever;
 * everything else is a place inside the console, and gets its one page, which is asked for anew each time.
 */
export async function pageAnswer({ files, signIn }: Pages, request: PageRequest): Promise<HttpResponseInit> {
  const secure = securityHeaders(signIn);
  if (request.path === 'sign-in.json') return told(signIn, secure);
  const isAsset = request.path.startsWith('static/');
  const file = await files.read(isAsset ? request.path : 'index.html');
  if (!file) return missing(isAsset ? 'There is no such file.' : 'The console is not built: npm run build.', secure);
  const encoding = chosen(file, request.acceptEncoding);
  const etag = `"${file.tag}-${encoding}"`;
  const headers = {
    ...secure,
    'Content-Type': file.type,
    'Cache-Control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
  };
  if (matches(request.ifNoneMatch, etag)) return { status: 304, headers };
  return {
    status: 200,
    headers: { ...headers, ...(encoding !== 'identity' && { 'Content-Encoding': encoding }) },
    body: file.bodies[encoding]!,
  };
}

/** Where people sign in; an empty object where they do not. Nothing of it is secret. */
function told(signIn: SignIn | undefined, secure: Readonly<Record<string, string>>): HttpResponseInit {
  const headers = { ...secure, 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' };
  return { status: 200, headers, body: JSON.stringify(signIn ?? {}) };
}

function missing(words: string, secure: Readonly<Record<string, string>>): HttpResponseInit {
  const headers = { ...secure, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  return { status: 404, headers, body: `${words}\n` };
}

/** The smallest form that the client takes: an encoding it does not name, or gives a weight of 0, it does not. */
function chosen({ bodies }: PageFile, accepted: string | null): Encoding {
  const weights = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', weight] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q=/);
      return [name, weight === undefined ? 1 : Number(weight)];
    }),
  );
  const takes = (encoding: Encoding) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0;
  return encodings.find((encoding) => encoding !== 'identity' && bodies[encoding] && takes(encoding)) ?? 'identity';
}

function matches(header: string | null, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
