import { deflateRawSync } from 'node:zlib';
import { decodeBatch } from '../../../shared/adapters/table/decode-batch';
import { encodeBatch } from '../../../shared/adapters/table/encode-batch';
import type { Duplicate } from '../../../shared/domain/duplicate';
import { identityOf } from '../../../shared/domain/fold';
import { serialId } from '../../../shared/domain/ids';
import { dataText, descriptionOf, understand } from '../../../shared/domain/incoming';
import type { IncomingAlert } from '../../../shared/domain/incoming';

const enqueued = Date.UTC(2026, 10, 21, 8);

interface Sent {
  text: string;
  messageId?: string;
  /** Not as the device sent it, but as a rule or a caller made it. */
  made?: Partial<IncomingAlert>;
}

/** Duplicates as ingestion hands them over. */
function duplicates(sent: readonly Sent[]): Duplicate[] {
  return sent.map(({ text, messageId, made }, i) => {
    // As bytes, too, when it came from the hub.
    const bytes = i % 2 ? undefined : Buffer.from(text);
    const sender = { connectionDeviceId: 'd1', messageId, enqueued, forOthers: true };
    const alert = understand({ value: JSON.parse(text), text, written: bytes, ...sender }) as IncomingAlert;
    const { isAsSent, ...values } = alert;
    const whole = made ? { ...values, ...made } : { ...values, isAsSent };
    return {
      arrival: {
        id: serialId({ time: enqueued + (i % 3), shard: i % 4 }, { source: 7, position: 16_384 * i }),
        alert: { ...whole, time: alert.time === enqueued ? enqueued + (i % 3) : alert.time },
        identity: identityOf(alert),
        groupKey: `group ${i % 2}`,
        position: null,
        packs: true,
        ...(made?.description && { columns: { msdyn_alerttoken: `t${i}` } }),
      },
      under: `parent ${i % 2}`,
      device: i % 2 ? undefined : { id: 'record', asset: 'asset' },
      created: enqueued,
    };
  });
}

const written: Sent[] = [
  { text: '{"deviceid":"d1","readingtype":"T","reading":82.50,"eventtoken":"a","time":"2026-11-21T07:00:00Z"}' },
  { text: '{"ReadingType":"T","Reading":1e3}', messageId: 'm"1"\u2028#0' },
  { text: '{\n  "alerttype": "Info",\n  "description": "ü 😀"\n}' },
  { text: '{"readingtype":"T"}', made: { description: 'as a rule says', reading: 5 } },
  { text: '{"readingtype":"T"}', made: { data: '"quoted"' } },
  { text: '{"readingtype":"T"}', made: { data: '' } },
];

test('alerts come out of a row of the log as they went in', async () => {
  const packed = duplicates(written);
  const { packed: read } = decodeBatch((await encodeBatch({ packed, steps: [], replaced: [], saved: [] })).bytes);
  expect(read).toEqual(
    packed.map(({ arrival, ...rest }) => ({
      ...rest,
      arrival: expect.objectContaining({ ...arrival, alert: expect.anything() }),
    })),
  );
  for (const [i, { arrival }] of read.entries()) {
    const { isAsSent: _, ...alert } = arrival.alert;
    const { isAsSent: __, ...sent } = packed[i]!.arrival.alert;
    const before = { ...sent, data: dataText(sent) };
    expect(alert).toEqual({ ...before, messageId: before.token === null ? before.messageId : null });
  }
});

test('what a device wrote is kept to the digit', async () => {
  const batch = { packed: duplicates(written), steps: [], replaced: [], saved: [] };
  const { packed } = decodeBatch((await encodeBatch(batch)).bytes);
  expect(packed.slice(0, 3).map(({ arrival }) => arrival.alert.data)).toEqual(
    written.slice(0, 3).map(({ text }) => text),
  );
});

test('of a large batch, too, which another thread compresses, every alert comes out as it went in', async () => {
  const packed = duplicates(Array.from({ length: 4_000 }, (_, i) => written[i % written.length]!));
  const { packed: read } = decodeBatch((await encodeBatch({ packed, steps: [], replaced: [], saved: [] })).bytes);
  expect(read.map(({ arrival }) => [arrival.id, arrival.alert.data, arrival.groupKey])).toEqual(
    packed.map(({ arrival }) => [arrival.id, dataText(arrival.alert), arrival.groupKey]),
  );
});

test('a row of the log says the same for ever: what was written once is read by every later version', () => {
  const head = {
    created: enqueued,
    steps: [],
    replaced: [],
    saved: [],
    places: ['019c0000-0000-8000-8007-'],
    groups: ['d1'],
    parents: ['p1'],
    devices: [['d1', 'r1', null]],
  };
  const lines = [
    JSON.stringify(head),
    '0 000000004000 0 0 0 "m1"',
    '{"readingtype":"Temperature","reading":82,"threshold":70,"alerttype":"Preventive Maintenance"}',
    '["019c0000-0000-8000-8007-000000008000",1795248000000,0,0,0,192350000,"hot","t","T",1,2,"out",null,{"msdyn_alerttoken":"t"}]',
    '"a\\nb"',
  ];
  const [short, long] = decodeBatch(deflateRawSync(lines.join('\n'))).packed;
  expect(descriptionOf(short!.arrival.alert)).toBe('Temperature reading of 82 exceeded a threshold of 70');
  expect(short).toEqual({
    arrival: {
      id: '019c0000-0000-8000-8007-000000004000',
      alert: {
        kind: 'alert',
        deviceId: 'd1',
        time: 0x019c00000000,
        type: 192350002,
        description: null,
        data: lines[2],
        isAsSent: true,
        token: null,
        readingType: 'Temperature',
        reading: 82,
        threshold: 70,
        ruleOutput: null,
        messageId: 'm1',
      },
      identity: '\ub48d\ufa1e\u1ec1\u3f6a',
      groupKey: 'd1',
      position: null,
      packs: true,
    },
    under: 'p1',
    device: { id: 'r1', asset: null },
    created: enqueued,
  });
  expect(long!.arrival).toMatchObject({
    id: '019c0000-0000-8000-8007-000000008000',
    columns: { msdyn_alerttoken: 't' },
    alert: { data: 'a\nb', description: 'hot', reading: 1, threshold: 2, token: 't', ruleOutput: 'out' },
  });
});
