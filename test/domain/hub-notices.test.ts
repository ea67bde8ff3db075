import * as fc from 'fast-check';
import { foldNotices } from '../../shared/domain/fold-notices';
import { isNotice, readNotice } from '../../shared/domain/hub-notice';
import type { Notice } from '../../shared/domain/hub-notice';
import { registrationStatus } from '../../shared/model/choices';
import type { Device } from '../../shared/model/entities';
import { event, start } from '../kit/ingestion';

const { Registered, Unregistered, 'In Progress': inProgress, Error: failed } = registrationStatus;
const iso = (seconds: number) => new Date(start + seconds * 1000).toISOString();

function read(messageSource: string, opType: unknown, body: unknown, more: Record<string, unknown> = {}) {
  const properties = { deviceId: 'd', opType, operationTimestamp: iso(5), ...more };
  return readNotice({ event: event(1, body, { messageSource, connectionDeviceId: 'sender' }), properties });
}

describe('an event of the hub', () => {
  const about = { deviceId: 'd', time: start + 5000 };
  const sequence = '5'.padStart(64, '0');

  test.each([
    {
      which: 'a connection',
      of: () => read('deviceConnectionStateEvents', 'deviceConnected', { sequenceNumber: sequence }),
      is: { ...about, kind: 'connection', connected: true, sequence },
    },
    {
      which: 'a connection that ended, its number shorter',
      of: () => read('deviceConnectionStateEvents', 'deviceDisconnected', { sequenceNumber: '5' }),
      is: { ...about, kind: 'connection', connected: false, sequence },
    },
    {
      which: 'a new identity',
      of: () => read('deviceLifecycleEvents', 'createDeviceIdentity', { deviceId: 'd', version: 1 }),
      is: { ...about, kind: 'created' },
    },
    {
      which: 'a deleted identity, its source in another letter case',
      of: () => read('DeviceLifecycleEvents', 'DeleteDeviceIdentity', {}),
      is: { ...about, kind: 'deleted' },
    },
    {
      which: 'a report',
      of: () =>
        read('twinChangeEvents', 'updateTwin', {
          version: 7,
          properties: { reported: { a: 1, b: null, $metadata: {}, $version: 3 } },
        }),
      is: { ...about, kind: 'reported', properties: { a: 1, b: null }, version: 3, whole: false },
    },
    {
      which: 'a twin that was replaced',
      of: () => read('twinChangeEvents', 'replaceTwin', { properties: { reported: { $version: 3 } } }),
      is: { ...about, kind: 'reported', properties: {}, version: 3, whole: true },
    },
    {
      which: 'a report without a version',
      of: () => read('twinChangeEvents', 'updateTwin', { properties: { reported: { a: 1 } } }),
      is: { ...about, kind: 'reported', properties: { a: 1 }, version: null, whole: false },
    },
    {
      which: 'nothing: tags and desired properties are written by back ends',
      of: () => read('twinChangeEvents', 'updateTwin', { tags: { a: 1 }, properties: { desired: { b: 1 } } }),
      is: { kind: 'nothing' },
    },
    {
      which: 'nothing: it is about a module',
      of: () => read('deviceLifecycleEvents', 'deleteDeviceIdentity', {}, { moduleId: 'm' }),
      is: { kind: 'nothing' },
    },
  ])('is $which', ({ of, is }) => {
    expect(of()).toEqual(is);
  });

  test('counts from when the hub took it, and is about its sender, when it does not say', () => {
    const notice = readNotice({
      event: event(1, {}, { messageSource: 'deviceLifecycleEvents', connectionDeviceId: 'sender' }),
      properties: { opType: 'createDeviceIdentity' },
    });
    expect(notice).toEqual({ kind: 'created', deviceId: 'sender', time: start + 1000 });
  });

  test.each([
    {
      which: 'another operation',
      of: () => read('deviceLifecycleEvents', 'deviceConnected', {}),
      reason: 'unknown-operation',
    },
    { which: 'no operation', of: () => read('twinChangeEvents', undefined, {}), reason: 'unknown-operation' },
    {
      which: 'an operation from the prototype of objects',
      of: () => read('twinChangeEvents', 'constructor', {}),
      reason: 'unknown-operation',
    },
    {
      which: 'a device that is no text',
      of: () => read('deviceLifecycleEvents', 'createDeviceIdentity', {}, { deviceId: 7 }),
      reason: 'no-device',
    },
    {
      which: 'no body',
      of: () => read('deviceLifecycleEvents', 'createDeviceIdentity', Buffer.alloc(0)),
      reason: 'empty',
    },
    {
      which: 'a body that is no JSON',
      of: () => read('deviceLifecycleEvents', 'createDeviceIdentity', Buffer.from('{')),
      reason: 'not-json',
    },
    {
      which: 'a body that is an array',
      of: () => read('deviceLifecycleEvents', 'createDeviceIdentity', [{}, {}]),
      reason: 'not-an-object',
    },
    {
      which: 'no sequence number',
      of: () => read('deviceConnectionStateEvents', 'deviceConnected', {}),
      reason: 'wrong-type',
    },
    {
      which: 'a sequence number that is none',
      of: () => read('deviceConnectionStateEvents', 'deviceConnected', { sequenceNumber: 'xyz' }),
      reason: 'wrong-type',
    },
    {
      which: 'reported properties that are no object',
      of: () => read('twinChangeEvents', 'updateTwin', { properties: { reported: 1 } }),
      reason: 'wrong-type',
    },
    {
      which: 'a body of endless levels',
      of: () =>
        read(
          'twinChangeEvents',
          'updateTwin',
          Buffer.from(`{"properties":{"reported":{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}}}`),
        ),
      reason: 'too-deep',
    },
  ])('with $which is refused with its reason', ({ of, reason }) => {
    expect(of()).toMatchObject({ kind: 'refused', reason, detail: expect.stringMatching(/./) });
  });

  test('has a known source; others are none of ours', () => {
    const of = (messageSource: string | undefined) => isNotice(event(1, {}, { messageSource }));
    expect(['twinChangeEvents', 'deviceLifecycleEvents', 'DEVICECONNECTIONSTATEEVENTS'].map(of)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['Telemetry', undefined, 'digitalTwinChangeEvents', 'toString'].map(of)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('is understood or refused, never a fault, whatever is in it', () => {
    const source = fc.constantFrom('twinChangeEvents', 'deviceLifecycleEvents', 'deviceConnectionStateEvents');
    const operation = fc.constantFrom(
      'updateTwin',
      'replaceTwin',
      'deviceConnected',
      'deleteDeviceIdentity',
      'x',
      7,
      null,
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({
        properties: fc.oneof(fc.jsonValue(), fc.record({ reported: fc.jsonValue() })),
        sequenceNumber: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(source, operation, body, fc.jsonValue(), (messageSource, opType, content, operationTimestamp) => {
        const notice = read(messageSource, opType, content, { operationTimestamp });
        if (notice.kind !== 'refused' && notice.kind !== 'nothing') foldNotices({}, [notice]);
      }),
    );
  });
});

describe("a device's record", () => {
  const number = (n: number) => n.toString(16).padStart(64, '0');
  const connection = (n: number, connected: boolean): Notice => ({
    kind: 'connection',
    deviceId: 'd',
    time: start + n * 1000,
    connected,
    sequence: number(n),
  });
  const report = (version: number | null, properties: object, whole = false): Notice => ({
    kind: 'reported',
    deviceId: 'd',
    time: start + 1000,
    version,
    whole,
    properties: properties as { [key: string]: number },
  });
  const deleted: Notice = { kind: 'deleted', deviceId: 'd', time: start + 9000 };
  const created: Notice = { kind: 'created', deviceId: 'd', time: start + 9000 };

  test.each<{ which: string; device: Device; notices: Notice[]; columns: object; pull?: true }>([
    {
      which: 'is connected',
      device: {},
      notices: [connection(1, true)],
      columns: {
        msdyn_connectionstate: true,
        ccs_connectionstateupdatedon: iso(1),
        ccs_connectionsequence: number(1),
        msdyn_lastactivitytime: iso(1),
      },
    },
    {
      which: 'takes the last of several connections',
      device: {},
      notices: [connection(1, true), connection(2, false), connection(3, true)],
      columns: {
        msdyn_connectionstate: true,
        ccs_connectionstateupdatedon: iso(3),
        ccs_connectionsequence: number(3),
        msdyn_lastactivitytime: iso(3),
      },
    },
    {
      which: 'ignores a connection that is older than the last',
      device: { ccs_connectionsequence: number(5), msdyn_connectionstate: false },
      notices: [connection(4, true), connection(5, true)],
      columns: {},
    },
    {
      which: 'merges the next report',
      device: { ccs_reportedversion: 2, msdyn_devicereportedproperties: '{"a":1,"b":2}' },
      notices: [report(3, { b: null, c: 3 })],
      columns: {
        msdyn_devicereportedproperties: '{"a":1,"c":3}',
        ccs_reportedversion: 3,
        msdyn_lastactivitytime: iso(1),
      },
    },
    {
      which: 'takes the first report of a new twin',
      device: {},
      notices: [report(2, { a: 1 }), report(3, { b: 1 })],
      columns: {
        msdyn_devicereportedproperties: '{"a":1,"b":1}',
        ccs_reportedversion: 3,
        msdyn_lastactivitytime: iso(1),
      },
    },
    {
      which: 'ignores a report that it has',
      device: { ccs_reportedversion: 3 },
      notices: [report(3, { a: 1 }), report(2, { a: 2 })],
      columns: {},
    },
    {
      which: 'takes a report after a gap and has the twin read',
      device: { ccs_reportedversion: 3, msdyn_devicereportedproperties: '{"a":1}' },
      notices: [report(5, { b: 1 })],
      columns: {
        msdyn_devicereportedproperties: '{"a":1,"b":1}',
        ccs_reportedversion: 5,
        msdyn_lastactivitytime: iso(1),
      },
      pull: true,
    },
    {
      which: 'has the twin read when a report has no version',
      device: { ccs_reportedversion: 3 },
      notices: [report(null, { b: 1 })],
      columns: { msdyn_devicereportedproperties: '{"b":1}', msdyn_lastactivitytime: iso(1) },
      pull: true,
    },
    {
      which: 'needs nothing more when the twin comes as a whole',
      device: { ccs_reportedversion: 3, msdyn_devicereportedproperties: '{"a":1}', ccs_datamessage: 'old' },
      notices: [report(9, { b: 1 }, true)],
      columns: {
        msdyn_devicereportedproperties: '{"b":1}',
        ccs_reportedversion: 9,
        ccs_datamessage: null,
        msdyn_lastactivitytime: iso(1),
      },
    },
    {
      which: 'is Unregistered when its identity was deleted, and says how to go on',
      device: {
        msdyn_registrationstatus: Registered,
        msdyn_connectionstate: true,
        ccs_reportedversion: 4,
        ccs_syncedtags: '{}',
      },
      notices: [deleted],
      columns: {
        msdyn_registrationstatus: Unregistered,
        msdyn_registrationmessage: expect.stringMatching(/deleted in the IoT Hub.*msdyn_RegisterIoTDevice/) as string,
        msdyn_connectionstate: false,
        ccs_connectionstateupdatedon: iso(9),
        ccs_reportedversion: null,
        ccs_syncedtags: null,
      },
    },
    {
      which: 'that is being registered again stays In Progress when its old identity was deleted',
      device: { msdyn_registrationstatus: inProgress, ccs_registrationrequestedon: iso(10) },
      notices: [deleted],
      columns: {},
    },
    {
      which: 'that was registered again after the deletion stays Registered',
      device: { msdyn_registrationstatus: Registered, ccs_registrationrequestedon: iso(10), ccs_syncedtags: '{"a":1}' },
      notices: [deleted],
      columns: {},
    },
    {
      which: 'that is Registered takes its own creation as no news',
      device: { msdyn_registrationstatus: Registered },
      notices: [created],
      columns: {},
    },
    {
      which: 'that is In Progress takes its own creation as no news',
      device: { msdyn_registrationstatus: inProgress },
      notices: [created],
      columns: {},
    },
    {
      which: 'that was never registered says that the hub has it',
      device: {},
      notices: [created],
      columns: {
        msdyn_registrationmessage: expect.stringMatching(
          /was created in the IoT Hub.*msdyn_RegisterIoTDevice/,
        ) as string,
      },
    },
    {
      which: 'whose registration failed says so, too',
      device: { msdyn_registrationstatus: failed, msdyn_registrationmessage: 'no answer' },
      notices: [created],
      columns: { msdyn_registrationmessage: expect.stringMatching(/was created/) as string },
    },
    {
      which: 'begins its reports anew after a deletion',
      device: { ccs_reportedversion: 7, msdyn_devicereportedproperties: '{"a":1}' },
      notices: [deleted, report(2, { b: 1 })],
      columns: {
        msdyn_devicereportedproperties: '{"b":1}',
        ccs_reportedversion: 2,
        msdyn_lastactivitytime: iso(1),
      },
    },
  ])('$which', ({ device, notices, columns, pull = false }) => {
    const folded = foldNotices(device, notices);
    expect(Object.fromEntries(Object.entries(folded.columns))).toEqual(columns);
    expect(folded.pull).toBe(pull);
    // The same again is old news.
    expect(
      foldNotices(
        { ...device, ...folded.columns },
        notices.filter(({ kind }) => kind === 'connection' || (kind === 'reported' && !pull)),
      ).columns,
    ).toEqual({});
  });
});
