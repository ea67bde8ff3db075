import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
let root: string;

// Tells what it got on standard output, which stands before the "done" of its batch.
const app = `
const { app } = require('@azure/functions');
if (process.env.KEEP) app.setup({ capabilities: { IncludeEmptyEntriesInMessagePayload: true } });
const hub = { connection: 'NONE', eventHubName: 'alerts' };
const plain = (value) => (Buffer.isBuffer(value) ? { hex: value.toString('hex') } : value);
const tell = (messages, { triggerMetadata }) => console.log(JSON.stringify({ messages: Array.isArray(messages) ? messages.map(plain) : plain(messages), triggerMetadata }));
app.eventHub('text', { ...hub, dataType: 'string', cardinality: 'many', handler: tell });
app.eventHub('binary', { ...hub, dataType: 'binary', cardinality: 'many', handler: tell });
app.eventHub('single', { ...hub, cardinality: 'one', handler: tell });
let tries = 0;
app.eventHub('failing', { ...hub, cardinality: 'many', retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 0 },
  handler: () => { tries += 1; throw new Error('try ' + tries); } });
`;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'functions-app-'));
  symlinkSync(join(__dirname, '../../../node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ main: 'app.js' }));
  writeFileSync(join(root, 'host.json'), JSON.stringify({ version: '2.0' }));
  // Disabled listeners are not started, so no hub is needed; deliver reaches the functions all the same.
  const names = ['text', 'binary', 'single', 'failing'];
  const off = Object.fromEntries(names.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
  writeFileSync(join(root, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values: off }));
  writeFileSync(join(root, 'app.js'), app);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function deliver(name: string, events: object[], env: Record<string, string> = {}) {
  const args = [join(__dirname, 'deliver.js'), root, JSON.stringify([[name, events]])];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env } });
  return stdout.trim().split('\n');
}

async function told(name: string, events: object[], env?: Record<string, string>) {
  const [line, outcome] = await deliver(name, events, env);
  expect(outcome).toBe('done');
  return JSON.parse(line!) as { messages: unknown; triggerMetadata: Record<string, unknown> };
}

const enqueuedTimeUtc = '2026-11-20T10:00:00.000Z';
const events = [
  {
    body: '{"t":1}',
    sequenceNumber: 11,
    offset: '4100',
    partitionKey: 'k1',
    enqueuedTimeUtc,
    properties: { DeviceType: 'pump', iothubCreated: 5 },
    systemProperties: {
      'iothub-connection-device-id': 'd-1',
      'iothub-enqueuedtime': 1_763_632_800_000,
      messageId: 'm-1',
    },
  },
  { body: '', sequenceNumber: 12, offset: '4200', partitionKey: '12', enqueuedTimeUtc },
  { body: 'plain', sequenceNumber: 13, offset: '4300', enqueuedTimeUtc },
];

test('system properties carry what the app relies on, application properties lose their capital', async () => {
  const { triggerMetadata } = await told('binary', events);
  const [first] = triggerMetadata['systemPropertiesArray'] as object[];
  expect(first).toEqual({
    'iothub-connection-device-id': 'd-1',
    'iothub-enqueuedtime': '2025-11-20T10:00:00.000Z',
    'message-id': 'm-1',
    sequenceNumber: 11,
    offset: '4100',
    partitionKey: 'k1',
    enqueuedTimeUtc,
  });
  expect(triggerMetadata['propertiesArray']).toEqual([{ deviceType: 'pump', iothubCreated: 5 }, {}, {}]);
  expect(triggerMetadata['sequenceNumberArray']).toEqual([11, 12, 13]);
  expect(triggerMetadata['partitionContext']).toEqual({
    fullyQualifiedNamespace: 'in-process',
    eventHubName: 'alerts',
    consumerGroup: '$Default',
    partitionId: '3',
    isCheckpointingAfterInvocation: true,
  });
});

test('binary bodies are buffers, empty ones included and nothing parsed', async () => {
  const { messages } = await told('binary', [{ bytes: [0xff, 0x00] }, { body: '' }, { body: '"5"' }]);
  expect(messages).toEqual([{ hex: 'ff00' }, { hex: '' }, { hex: '223522' }]);
});

test('text bodies are parsed as JSON where they can be, and the host drops empty ones', async () => {
  const { messages, triggerMetadata } = await told('text', events);
  expect(messages).toEqual([{ t: 1 }, 'plain']);
  expect(triggerMetadata['partitionKeyArray']).toEqual(['k1', 12]);
  expect(triggerMetadata['systemPropertiesArray']).toHaveLength(3);
});

test('the capability IncludeEmptyEntriesInMessagePayload keeps empty ones', async () => {
  const { messages, triggerMetadata } = await told('text', events, { KEEP: '1' });
  expect(messages).toEqual([{ t: 1 }, '', 'plain']);
  expect(triggerMetadata['partitionKeyArray']).toEqual(['k1', 12, '']);
});

test('cardinality "one" gets each event in an invocation of its own', async () => {
  const lines = await deliver('single', events.slice(0, 2));
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    messages: { t: 1 },
    triggerMetadata: { sequenceNumber: 11, enqueuedTimeUtc, properties: { deviceType: 'pump' } },
  });
});

test('deliver rejects with the last error when all retries failed', async () => {
  expect(await deliver('failing', [{ body: 'x' }])).toEqual(['try 3']);
});
