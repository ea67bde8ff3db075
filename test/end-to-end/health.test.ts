import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDevice, eventually, startTestStack } from '../kit/stack';
import type { TestStack } from '../kit/stack';

/* What the running app says of its own health: little to everybody, the parts to those who have a role. */

jest.setTimeout(120_000);

const key = 'key of a program that may read';
const hash = createHash('sha256').update(key).digest('hex');
let on: TestStack;

beforeAll(async () => {
  on = await startTestStack({ AUTHENTICATION: 'always', ACCESS_KEYS: `watcher:IoT.Reader:${hash}` });
});
afterAll(async () => on?.stop());

interface Told {
  status: string;
  version?: string;
  parts?: { part: string; state: string; says: string; do?: string }[];
}

async function ask(query = '', headers: Record<string, string> = {}): Promise<{ status: number; told: Told }> {
  const answer = await fetch(new URL(`/api/health${query}`, on.api()), { headers });
  return { status: answer.status, told: (await answer.json()) as Told };
}
const details = async () => (await ask('?details', { 'x-functions-key': key })).told;
const partOf = ({ parts = [] }: Told, name: string) => parts.find(({ part }) => part === name);

test('anybody hears that it is up, and nothing else', async () => {
  expect(await ask()).toEqual({ status: 200, told: { status: 'up' } });
});

test.each([
  { which: 'no key', headers: {} },
  { which: 'a key of somebody else', headers: { 'x-functions-key': 'made up' } },
  { which: 'a token that nobody issued', headers: { authorization: 'Bearer a.b.c' } },
  { which: 'a principal that the platform did not send', headers: { 'x-ms-client-principal': 'e30=' } },
])('details are refused to whoever has $which', async ({ headers }) => {
  const { status, told } = await ask('?details', headers as Record<string, string>);
  expect(status).toBe(401);
  expect(JSON.stringify(told)).not.toMatch(/storage|queue|version/);
});

test('whoever has a role hears of each part, and of the version', async () => {
  // The first answer may be slow: tables are made and clients are loaded for it.
  const told = await eventually(details, ({ status }) => status === 'up');
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as Told;
  expect(told).toMatchObject({ status: 'up', version });
  expect(told.parts!.map(({ part, state }) => [part, state])).toEqual([
    ['storage', 'good'],
    ['parked messages', 'good'],
    ['hub', 'good'],
    ['queue commands', 'good'],
    ['queue devicedata', 'good'],
    ['queue registrations', 'good'],
    ['queue twins', 'good'],
    ['hub events', 'off'],
  ]);
});

test('what was not understood, and how far it is, are told with what to do', async () => {
  await (await connectDevice(on.hub, 'health-1')).send(Buffer.from('no JSON'));
  const told = await eventually(details, (now) => partOf(now, 'parked messages')?.state === 'attention');
  expect(told.status).toBe('attention');
  expect(partOf(told, 'parked messages')!.do).toContain('ccs_parkedmessages');
  const marked = await eventually(details, ({ parts = [] }) =>
    parts.some(({ part }) => part.startsWith('hub partition')),
  );
  expect(marked.parts!.find(({ part }) => part.startsWith('hub partition'))!.says).toMatch(
    /^event \d+ was dealt with .* after the hub took it, .* ago$/,
  );
});

test('storage that is away is said to be down, in time, and to be back when it is', async () => {
  await on.withoutStorage(async () => {
    expect(await ask()).toEqual({ status: 200, told: { status: 'up' } });
    const told = await eventually(details, (now) => partOf(now, 'hub')?.state === 'good');
    expect(told.status).toBe('down');
    for (const part of ['storage', 'queue commands']) {
      expect(partOf(told, part)).toMatchObject({ state: 'down', says: 'does not answer', do: expect.any(String) });
    }
  });
  await eventually(details, (told) => partOf(told, 'storage')?.state === 'good');
});

test('a hub that is away is said to be down', async () => {
  await on.withoutHub(async () => {
    const told = await eventually(details, (now) => partOf(now, 'storage')?.state === 'good');
    expect(partOf(told, 'hub')).toMatchObject({ state: 'down', do: expect.stringContaining('IoT Hub') });
  });
});
