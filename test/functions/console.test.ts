import { hushed } from '../kit/quiet-functions-library';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { HttpResponseInit } from '@azure/functions';
import { servePages } from '../../functions/console';
import { folderPageFiles } from '../../shared/adapters/files/page-files';

// Used, so that it is loaded, and loaded first.
void hushed;

const page = '<!doctype html><title>The console</title>';
const script = 'console.log("the console")';
let folder: string;
let get: (path: string, headers?: Record<string, string>) => Promise<HttpResponseInit & { header: Headers }>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-'));
  await writeFile(join(folder, 'secret.json'), '{}');
  const built = join(folder, 'built');
  await mkdir(join(built, 'static'), { recursive: true });
  await writeFile(join(built, 'index.html'), page);
  await writeFile(join(built, 'static', 'main-abc.js'), script);
  await writeFile(join(built, 'static', 'main-abc.js.br'), brotliCompressSync(script));
  await writeFile(join(built, 'static', 'main-abc.js.gz'), gzipSync(script));
  const files = folderPageFiles(built);
  const serve = servePages(() => ({ files, signIn: undefined }));
  get = async (path, headers = {}) => {
    const answer = await serve({ params: { path }, headers: new Headers(headers) });
    return { ...answer, header: new Headers(answer.headers) };
  };
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

const bodyOf = ({ body }: HttpResponseInit) => Buffer.from(body as Uint8Array);

test.each(['', 'devices', 'devices/01a1fde6', 'assets/01a1fde6', 'index.html'])(
  'the place %p is the one page, asked for anew each time',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(bodyOf(answer).toString()).toBe(page);
    expect(answer.header.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.header.get('cache-control')).toBe('no-cache');
  },
);

test('a file with a hash in its name is kept for ever', async () => {
  const { header } = await get('static/main-abc.js');
  expect(header.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(header.get('content-type')).toBe('text/javascript; charset=utf-8');
});

test.each([
  { which: 'brotli before gzip', accept: 'gzip, deflate, br', encoding: 'br', bytes: brotliCompressSync(script) },
  { which: 'gzip', accept: 'gzip', encoding: 'gzip', bytes: gzipSync(script) },
  { which: 'brotli refused', accept: 'br;q=0, gzip;q=0.5', encoding: 'gzip', bytes: gzipSync(script) },
  { which: 'anything', accept: '*', encoding: 'br', bytes: brotliCompressSync(script) },
  { which: 'nothing named', accept: '', encoding: null, bytes: Buffer.from(script) },
])('a client that takes $which gets that', async ({ accept, encoding, bytes }) => {
  const answer = await get('static/main-abc.js', { 'accept-encoding': accept });
  expect(answer.header.get('content-encoding')).toBe(encoding);
  expect(bodyOf(answer).equals(bytes)).toBe(true);
  expect(answer.header.get('vary')).toBe('Accept-Encoding');
});

test('what the client has already is not sent again, in the encoding it has it', async () => {
  const first = await get('static/main-abc.js', { 'accept-encoding': 'br' });
  const etag = first.header.get('etag')!;
  const again = { 'accept-encoding': 'br', 'if-none-match': `"other", W/${etag}` };
  expect(await get('static/main-abc.js', again)).toMatchObject({ status: 304 });
  expect((await get('static/main-abc.js', again)).body).toBeUndefined();
  expect(await get('static/main-abc.js', { 'if-none-match': etag })).toMatchObject({ status: 200 });
});

test.each([
  'static/gone.js',
  'static/../index.html.x',
  'static/../../secret.json',
  'static/main-abc.js.br',
  'static/\0.js',
])('there is no %p', async (path) => {
  const answer = await get(path);
  expect(answer).toMatchObject({ status: 404, body: 'There is no such file.\n' });
  expect(answer.header.get('cache-control')).toBe('no-store');
});

test('a page that was not built says how it is', async () => {
  const serve = servePages(() => ({ files: folderPageFiles(join(folder, 'nowhere')), signIn: undefined }));
  const answer = await serve({ params: {}, headers: new Headers() });
  expect(answer).toMatchObject({ status: 404, body: 'The console is not built: npm run build.\n' });
});

const signIn = { issuer: 'https://login.example/tenant/v2.0', clientId: 'the-console', scope: 'api://x/.default' };

test('the page learns where people sign in, and may call there and nowhere else', async () => {
  const serve = servePages(() => ({ files: folderPageFiles(folder), signIn }));
  const answer = await serve({ params: { path: 'sign-in.json' }, headers: new Headers() });
  expect(JSON.parse(answer.body as string)).toEqual(signIn);
  const policy = new Headers(answer.headers).get('content-security-policy')!.split('; ');
  expect(policy).toContain("connect-src 'self' https://login.example");
  expect(policy.filter((rule) => rule.includes('login.example'))).toHaveLength(1);
});

test('a console that signs nobody in says so', async () => {
  expect(await get('sign-in.json')).toMatchObject({ status: 200, body: '{}' });
});

test('nothing from elsewhere may be loaded, called, framed or posted to', async () => {
  const policy = (await get('')).header.get('content-security-policy')!.split('; ');
  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "form-action 'none'",
      "base-uri 'none'",
    ]),
  );
  expect(policy.join(' ')).not.toMatch(/unsafe|https?:/);
});
