import { readBatch } from '../../shared/hub/read-batch';

const metadata = (system: Record<string, unknown>[]) => ({
  partitionContext: { eventHubName: 'hub', partitionId: '2', fullyQualifiedNamespace: 'ns' },
  systemPropertiesArray: system,
});
const system = {
  sequenceNumber: 7,
  offset: '4711',
  enqueuedTimeUtc: '2026-03-01T08:00:00.5Z',
  'iothub-connection-device-id': 'd1',
  'iothub-message-source': 'Telemetry',
  'message-id': 'm1',
};

test('bodies and their properties come together', () => {
  const body = Buffer.from('{}');
  expect(readBatch([body], metadata([system]))).toEqual({
    source: { hub: 'hub', partition: '2' },
    events: [
      {
        sequence: 7,
        enqueued: Date.parse('2026-03-01T08:00:00.5Z'),
        connectionDeviceId: 'd1',
        messageId: 'm1',
        messageSource: 'Telemetry',
        body,
      },
    ],
  });
});

test('a sequence number that a host sends as two halves is the same number', () => {
  const halves = { ...system, sequenceNumber: { low: -1, high: 1, unsigned: false } };
  expect(readBatch([Buffer.alloc(0)], metadata([halves])).events[0]!.sequence).toBe(2 ** 33 - 1);
});

test.each([
  { which: 'fewer properties than bodies', messages: [Buffer.alloc(0), Buffer.alloc(0)], system: [system] },
  { which: 'a body that was decoded', messages: ['text'], system: [system] },
  { which: 'no sequence number', messages: [Buffer.alloc(0)], system: [{ ...system, sequenceNumber: undefined }] },
  { which: 'no enqueued time', messages: [Buffer.alloc(0)], system: [{ ...system, enqueuedTimeUtc: undefined }] },
])('a batch with $which is refused rather than guessed at', ({ messages, system: properties }) => {
  expect(() => readBatch(messages, metadata(properties))).toThrow();
});
