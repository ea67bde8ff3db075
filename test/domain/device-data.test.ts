import { dataColumns, historyOf } from '../../shared/domain/device-data';
import type { DeviceTwin } from '../../shared/domain/device-twin';
import { keptProperties } from '../../shared/domain/reported-properties';

const now = Date.parse('2026-03-01T08:00:00Z');
const iso = (time: number) => new Date(time).toISOString();
const twin: DeviceTwin = {
  etag: 'e',
  tags: {},
  desired: {},
  reported: { battery: 80 },
  reportedVersion: 4,
  connected: true,
  connectionChanged: null,
  lastActivity: now - 5_000,
  enabled: true,
  statusReason: null,
};
const device = { msdyn_iotdeviceid: '5f0c8d52-3a51-4b1e-9d0a-2f6b7c1d9e31', msdyn_deviceid: 'pump' };
const pull = { request: 'r', requested: now - 60_000 };

describe('reported properties', () => {
  test('are kept as they are while they fit', () => {
    expect(keptProperties({ a: [1], b: 'x' })).toEqual({ text: '{"a":[1],"b":"x"}' });
  });

  test.each([
    { which: 'one large', reported: { small: 1, large: 'x'.repeat(9000), other: 2 }, kept: ['small', 'other'] },
    { which: 'only large', reported: { large: 'x'.repeat(9000) }, kept: [] },
    {
      which: 'many middling',
      reported: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'x'.repeat(900)])),
      kept: Array.from({ length: 8 }, (_, i) => `k${i}`),
    },
  ])('with $which become valid JSON that fits, and what is left out is named', ({ reported, kept }) => {
    const { text, message } = keptProperties(reported);
    expect(text.length).toBeLessThanOrEqual(8000);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(kept);
    expect(message).toContain('Left out are the largest ones: ');
    expect(message!.length).toBeLessThan(2000);
  });

  test('that exactly fill the column are kept', () => {
    const text = (length: number) => keptProperties({ a: 'x'.repeat(length - '{"a":""}'.length) }).text;
    expect([text(8000).length, text(8001)]).toEqual([8000, '{}']);
  });
});

describe('the history row', () => {
  test('is the same for the same request and device, and another for another', () => {
    const id = (request: string) => historyOf(device, twin, { ...pull, request }, now).msdyn_iotdevicedatahistoryid;
    expect(id('r')).toBe(id('r'));
    expect(id('r')).not.toBe(id('s'));
  });

  test('says what the hub knows', () => {
    expect(historyOf(device, { ...twin, enabled: false, statusReason: 'stolen' }, pull, now)).toMatchObject({
      msdyn_name: '2026-03-01 07:59:00 pump',
      _msdyn_device_value: device.msdyn_iotdeviceid,
      msdyn_iothubdeviceid: 'pump',
      msdyn_status: 192350001,
      msdyn_statusreason: 'stolen',
      msdyn_connectionstate: true,
      msdyn_connectionstateupdatedtime: iso(now),
      msdyn_lastactivitytime: iso(now - 5_000),
      msdyn_devicereportedproperties: '{"battery":80}',
    });
  });

  test('says so when the hub does not know the device', () => {
    const row = historyOf(device, undefined, pull, now);
    expect(row).toMatchObject({ msdyn_status: 192350002, msdyn_connectionstate: false });
    expect(row.msdyn_devicereportedproperties).toBeUndefined();
  });
});

describe("a device's columns", () => {
  test.each([
    {
      which: 'become what the twin says',
      asked: {},
      device: {},
      expected: {
        msdyn_devicereportedproperties: '{"battery":80}',
        ccs_reportedversion: 4,
        msdyn_connectionstate: true,
        ccs_datamessage: null,
      },
    },
    {
      which: 'keep newer reports that came meanwhile',
      asked: { ccs_reportedversion: 4 },
      device: { ccs_reportedversion: 5 },
      expected: { msdyn_devicereportedproperties: undefined, ccs_reportedversion: undefined },
    },
    {
      which: 'follow a twin that began anew',
      asked: { ccs_reportedversion: 9 },
      device: { ccs_reportedversion: 9 },
      expected: { ccs_reportedversion: 4 },
    },
    {
      which: 'keep when the connection changed, if it did not since',
      asked: {},
      device: { msdyn_connectionstate: true, ccs_connectionstateupdatedon: iso(now - 9_000) },
      expected: { ccs_connectionstateupdatedon: iso(now - 9_000) },
    },
    {
      which: 'take the time at which another connection was seen',
      asked: {},
      device: { msdyn_connectionstate: false, ccs_connectionstateupdatedon: iso(now - 9_000) },
      expected: { ccs_connectionstateupdatedon: iso(now) },
    },
    {
      which: 'keep a later activity',
      asked: {},
      device: { msdyn_lastactivitytime: iso(now) },
      expected: { msdyn_lastactivitytime: iso(now) },
    },
  ])('$which', ({ asked, device: present, expected }) => {
    const columns: object = dataColumns(asked, present, twin, now);
    expect(columns).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
    );
    for (const [name, value] of Object.entries(expected))
      if (value === undefined) expect(columns).not.toHaveProperty(name);
  });

  test('of a device that was never active hold no activity', () => {
    const never = { ...twin, connected: false, lastActivity: null };
    expect(dataColumns({}, {}, never, now)).toMatchObject({
      msdyn_lastactivitytime: null,
      msdyn_connectionstate: false,
    });
    expect(historyOf(device, never, pull, now).msdyn_lastactivitytime).toBeNull();
  });

  test('of a device that the hub does not know say what to do', () => {
    expect(dataColumns({}, {}, undefined, now).ccs_datamessage).toContain('msdyn_RegisterIoTDevice');
  });
});
