import { actions } from '../../shared/model/actions';
import { entities } from '../../shared/model/entities';
import { startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';

/*
 * OWASP API9:2023, improper inventory management. What runs is what the tables of the model say, and nothing else: no door that
 * was forgotten, no older version. Files, settings and documents are held against the tables in test/surface.test.ts.
 */

jest.setTimeout(120_000);

interface Listed {
  name: string;
  invoke_url_template: string | null;
  config: { bindings: { type: string; methods?: string[] }[] };
}

let stack: AttackedStack;
let listed: Listed[];
beforeAll(async () => {
  stack = await startAttackedStack();
  const { origin } = new URL(stack.api());
  const answer = await fetch(`${origin}/admin/functions`, { headers: { 'x-functions-key': stack.masterKey() } });
  listed = (await answer.json()) as Listed[];
});
afterAll(async () => stack?.stop());

const called = () => listed.filter(({ config }) => config.bindings[0]!.type === 'httpTrigger');
const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

test('what can be called is the Web API with its actions, the console and the health check', () => {
  const names = called().map(({ name }) => name);
  expect(names.toSorted()).toEqual(['console', 'health', 'webApi', ...Object.keys(actions)].toSorted());
  for (const { name, config } of listed.filter((each) => !called().includes(each))) {
    expect([name, config.bindings[0]!.type]).toEqual([name, expect.stringMatching(/^(queue|timer|eventHub)Trigger$/)]);
  }
});

test('whatever can be called asks who calls, by every method, but for the console and the health check', async () => {
  const open = new Set<string>();
  for (const { name, invoke_url_template: template } of called()) {
    const address = template!
      .replace('{*path}', 'accounts')
      .replaceAll(/\{[^}]*\}/g, '99999999-0000-4000-8000-000000000009');
    for (const method of everyMethod) {
      const { status } = await stack.send(method, address, {});
      if (status !== 401 && status !== 404) open.add(name);
    }
  }
  expect([...open].toSorted()).toEqual(['console', 'health']);
});

test('the health check tells nothing but that the app is up', async () => {
  const { json } = await stack.send('GET', `${new URL(stack.api()).origin}/api/health`, {});
  expect(json).toEqual({ status: 'up' });
});

test.each([
  '',
  'api',
  'api/data',
  'api/data/v9.1/accounts',
  'api/data/v9.0/accounts',
  'api/data/v8.2/accounts',
  'api/data/v9.3/accounts',
  'api/data/accounts',
  'XRMServices/2011/Organization.svc',
  'api/health/details',
  'swagger.json',
  'openapi.json',
  'api/swagger/ui',
  'debug',
  'metrics',
  '.env',
  '.git/config',
  'host.json',
  'package.json',
  'local.settings.json',
  'dist/functions/webApi.js',
  'runtime/webhooks/eventgrid',
  'robots.txt',
])('there is nothing of ours at /%s', async (path) => {
  const { status, text } = await stack.send(
    'GET',
    `${new URL(stack.api()).origin}/${path}`,
    stack.as('IoT.Administrator'),
  );
  // The host has a page of its own at the top.
  if (path !== '') expect(status).toBe(404);
  expect(text).not.toMatch(/accounts|SharedAccessKey|"dependencies"|incident/);
});

test('the metadata names every table and action, and no others', async () => {
  const { text } = await stack.send('GET', '$metadata', stack.as('IoT.Reader'));
  const names = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].toSorted();
  expect(names(/<EntitySet Name="(\w+)"/g)).toEqual(
    Object.values(entities)
      .map(({ set }) => set)
      .toSorted(),
  );
  const offered = names(/<Action Name="(\w+)"/g).filter((name) => !name.endsWith('Multiple'));
  expect(offered).toEqual(Object.keys(actions).toSorted());
  const service = (await stack.send('GET', '', stack.as('IoT.Reader'))).json.value!;
  expect(service.map(({ name }) => name).toSorted()).toEqual(
    Object.values(entities)
      .map(({ set }) => set)
      .toSorted(),
  );
});
