import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
const rules = readFileSync(join(root, 'infra', 'modules', 'alert-rules.bicep'), 'utf8');
const functions = readdirSync(join(root, 'functions'));
const source = functions.map((file) => readFileSync(join(root, 'functions', file), 'utf8')).join('\n');

test('the rule on parked messages looks for what the app writes', () => {
  expect(rules).toContain('Message startswith "Parked message"');
  expect(source).toMatch(/log\.warn\(`Parked message /);
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
  const [, route] = /\/api\/(\w+)'/.exec(main) ?? [];
  expect(source).toMatch(new RegExp(`route: '${route}',\\s+methods: \\['GET'\\],\\s+authLevel: 'anonymous'`));
});
