import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { failureLine } from '../../../shared/domain/batch-progress';

const root = join(__dirname, '..', '..', '..');
const rules = readFileSync(join(root, 'infra', 'modules', 'alert-rules.bicep'), 'utf8');
const functions = readdirSync(join(root, 'functions'));
const source = functions.map((file) => readFileSync(join(root, 'functions', file), 'utf8')).join('\n');

test('the rule on parked messages looks for what the app writes', () => {
  expect(rules).toContain('Message startswith "Parked message"');
  expect(source).toMatch(/log\.warn\(`Parked message /);
});

test('the rule on failed registrations looks for what the app writes, one line a device', () => {
  expect(rules).toContain('Message startswith "Registration failed"');
  expect(failureLine('Register', { device: 'd', message: 'Do this.' })).toBe(
    "Registration failed for device 'd': Do this.",
  );
  expect(failureLine('Unregister', { device: 'd', message: '' })).not.toMatch(/^Registration failed/);
  for (const file of ['onRegistrations.ts', 'onRegistrationsPoison.ts', 'onStaleRegistrations.ts']) {
    const text = readFileSync(join(root, 'functions', file), 'utf8');
    expect([file, text]).toEqual([file, expect.stringMatching(/context\.error\(failureLine\(/)]);
  }
});

test('the functions that rules name are there', () => {
  const named = [...rules.matchAll(/\bName == "(\w+)"/g)].map(([, name]) => `${name}.ts`);
  expect(named).toEqual(['onIoTHubEvents.ts']);
  expect(functions).toEqual(expect.arrayContaining(named));
});

test('nobody is woken for the poison queues that functions read', () => {
  const [, list = ''] = /has_any \(([^)]+)\)/.exec(rules) ?? [];
  const read = [...source.matchAll(/queueName: '(\w+-poison)'/g)].map(([, queue]) => `"/${queue}/"`);
  expect(list.split(', ')).toEqual(read);
});

test('the health check asks for an address that answers without a key', () => {
  const main = readFileSync(join(root, 'infra', 'main.bicep'), 'utf8');
  const [, route] = /\/(api\/\w+)'/.exec(main) ?? [];
  expect(source).toMatch(new RegExp(`route: '${route}',\\s+methods: \\['GET'\\],\\s+authLevel: 'anonymous'`));
});
