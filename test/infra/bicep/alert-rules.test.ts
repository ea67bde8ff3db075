import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { logLines } from '../../../shared/model/log-lines';
import { metrics, steps } from '../../../shared/model/telemetry';

const root = join(__dirname, '..', '..', '..');
const rules = readFileSync(join(root, 'infra', 'modules', 'alert-rules.bicep'), 'utf8');
const functions = readdirSync(join(root, 'functions')).map((file) => file.replace(/\.ts$/, ''));
const source = functions.map((file) => readFileSync(join(root, 'functions', `${file}.ts`), 'utf8')).join('\n');
const all = (pattern: RegExp) => [...rules.matchAll(pattern)].map(([, found]) => found!);

test('the lines of the log that rules look for are written', () => {
  const asked = all(/Message startswith "([^"]+)"/g);
  expect(asked.length).toBeGreaterThan(3);
  const written = Object.keys(logLines).map((name) => `${name}:`);
  expect(written).toEqual(expect.arrayContaining(asked));
});

test('the functions, steps of traces and metrics of ours that rules name are there', () => {
  const asked = [...all(/\bName == "([^"]+)"/g), ...all(/"(ccs\.[\w.]+)"/g)];
  expect(asked).toEqual(expect.arrayContaining(['onIoTHubEvents', 'ccs.ingest']));
  expect([...functions, ...Object.keys(steps), ...Object.keys(metrics)]).toEqual(expect.arrayContaining(asked));
  for (const beginning of all(/\bName startswith "([^"]+)"/g)) {
    expect([beginning, functions.some((name) => name.startsWith(beginning))]).toEqual([beginning, true]);
  }
});

test('nobody is woken for the poison queues that functions read', () => {
  const [, list = ''] = /has_any \(([^)]+)\)/.exec(rules) ?? [];
  const read = [...source.matchAll(/queueName: '(\w+-poison)'/g)].map(([, queue]) => `"/${queue}/"`);
  expect(list.split(', ').toSorted()).toEqual(read.toSorted());
});

test('the health check asks for an address that answers without a key', () => {
  const main = readFileSync(join(root, 'infra', 'main.bicep'), 'utf8');
  const [, route] = /\/(api\/\w+)'/.exec(main) ?? [];
  expect(source).toMatch(new RegExp(`route: '${route}',\\s+methods: \\['GET'\\],\\s+authLevel: 'anonymous'`));
});
