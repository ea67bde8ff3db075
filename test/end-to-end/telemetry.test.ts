import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Message } from 'azure-iot-device';
import { startInsights } from '../kit/insights';
import { startOtlpReceiver } from '../kit/otlp-receiver';
import type { ReceivedSpan } from '../kit/otlp-receiver';
import { eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

/*
 * What leaves the service when it is told to tell of its work: over the wire, from a device's message to a case.
 */

jest.setTimeout(120_000);

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let insights: Awaited<ReturnType<typeof startInsights>>;
let on: TestStack;
const folder = mkdtempSync(join(tmpdir(), 'ccs-telemetry-'));
const instrumentationKey = '11111111-0000-4000-8000-000000000001';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const apiKey = 'key-of-the-receiver-4711';
const inPayload = 'pin=90210';

beforeAll(async () => {
  [receiver, insights] = await Promise.all([startOtlpReceiver(), startInsights()]);
  const authority = join(folder, 'ca.pem');
  writeFileSync(authority, insights.authority);
  on = await startTestStack({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${apiKey}`,
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${insights.url}/`,
    NODE_EXTRA_CA_CERTS: authority,
    // The exporter would tell its maker of itself.
    APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
    // Read by the SDK of OpenTelemetry: how long it gathers before it sends.
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
});
afterAll(async () => {
  await on.stop();
  await Promise.all([receiver.stop(), insights.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const named = (name: string): ReceivedSpan[] => receiver.spans.filter((span) => span.name === name);
const sum = (metric: string): number =>
  receiver.points().reduce((all, point) => all + (point.metric === metric ? point.value : 0), 0);

test('from the message of a device to its case there is one trace, linked to that of the device', async () => {
  const api = webApi(on.api);
  const { accountid } = await api.create('accounts', { name: 'Contoso' });
  const deviceId = 'thermostat-1';
  const client = await on.hub.connect(await on.hub.addDevice(deviceId));
  await api.create('msdyn_iotdevices', {
    msdyn_name: deviceId,
    msdyn_deviceid: deviceId,
    'msdyn_Account@odata.bind': `/accounts(${String(accountid)})`,
  });
  const alert = { deviceid: deviceId, readingtype: inPayload, reading: 99, threshold: 70, ruleoutput: 'AlarmTemp' };
  // What parses JSON quotes the beginning of what it could not read.
  for (const body of [JSON.stringify([alert, alert, alert]), inPayload]) {
    const message = new Message(body);
    message.properties.add('traceparent', `00-${traceId}-b7ad6b7169203331-01`);
    await client.sendEvent(message);
  }

  const [ticket] = await eventually(
    async () => named('ccs.ticket'),
    (spans) => spans.length > 0,
  );
  const [incident] = await api.all('incidents');
  expect(ticket!.about).toEqual({
    'ccs.case': incident!['incidentid'],
    'ccs.parent': incident!['_msdyn_iotalert_value'],
    'ccs.device': deviceId,
  });
  const within = async (span: ReceivedSpan) => {
    const around = async () => receiver.spans.find(({ spanId }) => spanId === span.parentSpanId);
    return (await eventually(around, (found) => found !== undefined))!;
  };
  const commit = await within(ticket!);
  const ingest = await within(commit);
  const call = await within(ingest);
  expect([commit.name, ingest.name, call.name]).toEqual(['ccs.commit', 'ccs.ingest', 'ccs.function onIoTHubEvents']);
  expect(new Set([ticket, commit, ingest, call].map((span) => span!.traceId)).size).toBe(1);
  expect(ingest.links).toMatchObject([{ traceId, spanId: 'b7ad6b7169203331' }]);
  expect(commit.about).toMatchObject({ 'ccs.outcome': 'committed' });
  const parts = receiver.spans.filter(({ parentSpanId }) => parentSpanId === ingest.spanId).map(({ name }) => name);
  expect(parts).toEqual(expect.arrayContaining(['ccs.read', 'ccs.plan', 'ccs.commit']));
});

test('the figures add up', async () => {
  await eventually(
    async () => [sum('ccs.events'), sum('ccs.parked')],
    ([events, parked]) => events === 2 && parked === 1,
  );
  const figures = ['ccs.alerts', 'ccs.parents', 'ccs.duplicates', 'ccs.cases', 'ccs.duplicates.skipped'];
  expect(Object.fromEntries(figures.map((name) => [name, sum(name)]))).toEqual({
    'ccs.alerts': 3,
    'ccs.parents': 1,
    'ccs.duplicates': 2,
    'ccs.cases': 1,
    'ccs.duplicates.skipped': 0,
  });
  expect(sum('ccs.lag')).toBeGreaterThan(0);
  expect(sum('ccs.commit.duration')).toBeGreaterThan(0);
  const storage = receiver.points().filter(({ metric }) => metric === 'ccs.storage.transactions');
  expect(storage.map(({ about }) => about)).toContainEqual({
    'ccs.operation': 'BATCH',
    'http.response.status_code': 202,
  });
});

test('Application Insights is told the same: steps as dependencies of one operation, and metrics', async () => {
  const ofType = (type: string) => insights.envelopes.filter(({ data }) => data.baseType === type);
  const step = async (name: string) => {
    const found = async () => ofType('RemoteDependencyData').find(({ data }) => data.baseData.name === name);
    return (await eventually(found, (one) => one !== undefined))!;
  };
  const [ingest, ticket] = [await step('ccs.ingest'), await step('ccs.ticket')];
  expect(ingest.iKey).toBe(instrumentationKey);
  expect(ticket.tags['ai.operation.id']).toBe(ingest.tags['ai.operation.id']);
  expect(Object.keys(ticket.data.baseData.properties!)).toEqual(expect.arrayContaining(['ccs.case', 'ccs.parent']));
  const metrics = async () =>
    ofType('MetricData').flatMap(({ data }) => data.baseData.metrics!.map(({ name }) => name));
  await eventually(metrics, (names) => ['ccs.events', 'ccs.lag', 'ccs.parked'].every((name) => names.includes(name)));
});

test('a request over HTTP goes on the trace of its caller', async () => {
  const caller = 'cafe7651916cd43dd8448eb211c80319';
  const headers = { traceparent: `00-${caller}-b7ad6b7169203332-01` };
  expect((await fetch(`${on.api()}accounts`, { headers })).status).toBe(200);
  const [call] = await eventually(
    async () => receiver.spans.filter((span) => span.traceId === caller),
    (all) => all.length > 0,
  );
  expect(call).toMatchObject({ name: 'ccs.function webApi', parentSpanId: 'b7ad6b7169203332' });
});

test('nothing that is told or logged holds a key, or what a device sent', async () => {
  const secrets = {
    'what a device sent': inPayload,
    'the key of the receiver': apiKey,
    'the key of the storage': /AccountKey=([^;]+)/.exec(on.azurite.connectionString)![1]!,
    'the key of the hub': /SharedAccessKey=([^;]+)/.exec(on.hub.iotHubConnectionString)![1]!,
    'the key of the stream': /SharedAccessKey=([^;]+)/.exec(on.hub.eventHubConnectionString)![1]!,
  };
  expect(on.logged()).toContain('message-parked: ');
  const told = [...receiver.bodies, ...insights.bodies].join('\n');
  for (const [which, secret] of Object.entries(secrets)) {
    expect({ which, told: told.includes(secret), logged: on.logged().includes(secret) }).toEqual({
      which,
      told: false,
      logged: false,
    });
  }
});
