import * as fc from 'fast-check';
import { merged } from '../../shared/domain/json-values';
import type { JsonObject } from '../../shared/domain/json-values';
import { intended, needsSync, partOf, synced, twinPatch, twinSync } from '../../shared/domain/twin-sync';
import { registrationStatus } from '../../shared/model/choices';

const { Registered, Unregistered, 'In Progress': inProgress } = registrationStatus;
const tagsOnly = (tags: JsonObject) => ({ tags, desired: {} });

describe('what is sent to the twin', () => {
  test.each<{ which: string; twin: JsonObject; wanted: JsonObject; ours: JsonObject; patch: JsonObject | undefined }>([
    { which: 'nothing when the twin is as wanted', twin: { a: 1 }, wanted: { a: 1 }, ours: { a: 1 }, patch: undefined },
    { which: 'what is new', twin: {}, wanted: { a: 1 }, ours: {}, patch: { a: 1 } },
    {
      which: 'what changed, and nothing else',
      twin: { a: 1, b: 2 },
      wanted: { a: 3, b: 2 },
      ours: {},
      patch: { a: 3 },
    },
    {
      which: 'null for what vanished',
      twin: { a: 1, b: 2 },
      wanted: { b: 2 },
      ours: { a: 1, b: 2 },
      patch: { a: null },
    },
    { which: 'nothing about what others set', twin: { theirs: 1 }, wanted: {}, ours: {}, patch: undefined },
    { which: 'nothing for what vanished there already', twin: {}, wanted: {}, ours: { a: 1 }, patch: undefined },
    { which: 'what others changed of ours', twin: { a: 9 }, wanted: { a: 1 }, ours: { a: 1 }, patch: { a: 1 } },
    {
      which: 'only the part of an object that changed',
      twin: { o: { a: 1, theirs: 2, c: { d: 1 } } },
      wanted: { o: { a: 5, c: { d: 1 } } },
      ours: { o: { a: 1 } },
      patch: { o: { a: 5 } },
    },
    {
      which: 'null within an object that others use as well',
      twin: { o: { a: 1, theirs: 2 } },
      wanted: {},
      ours: { o: { a: 1 } },
      patch: { o: { a: null } },
    },
    {
      which: 'null for an object that is ours alone',
      twin: { o: { a: 1, b: { c: 2 } } },
      wanted: {},
      ours: { o: { a: 1, b: { c: 2 } } },
      patch: { o: null },
    },
    { which: 'an array as a whole', twin: { a: [1, 2] }, wanted: { a: [1, 3] }, ours: {}, patch: { a: [1, 3] } },
    { which: 'a text in place of an object', twin: { a: { b: 1 } }, wanted: { a: 'x' }, ours: {}, patch: { a: 'x' } },
    {
      which: 'an object in place of a text',
      twin: { a: 'x' },
      wanted: { a: { b: 1 } },
      ours: {},
      patch: { a: { b: 1 } },
    },
  ])('is $which', ({ twin, wanted, ours, patch }) => {
    expect(twinPatch(tagsOnly(twin), tagsOnly(wanted), tagsOnly(ours))).toEqual(patch && { tags: patch });
  });

  const flat = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.integer(), fc.string(), fc.boolean()));
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'o', 'p', '__proto__'), fc.oneof(fc.integer(), flat));

  test('makes the twin hold what is wanted and what others put there, and nothing of ours that is not wanted', () => {
    fc.assert(
      fc.property(object, object, object, (theirs, first, second) => {
        const [before, after] = [partOf(text(first), null), partOf(text(second), null)];
        // Others use keys of their own.
        const twin = { tags: merged(renamed(theirs), before.tags), desired: {} };
        const patch = twinPatch(twin, after, before);
        const result = merged(twin.tags, patch?.tags ?? {});
        expect(result).toEqual(merged(merged(twin.tags, removing(before.tags)), after.tags));
        expect(twinPatch({ tags: result, desired: {} }, after, after)).toBeUndefined();
      }),
    );
  });

  const text = (value: unknown) => JSON.stringify(value);
  const renamed = (object: JsonObject) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [`their ${key}`, value]));
  const removing = (object: JsonObject) => Object.fromEntries(Object.keys(object).map((key) => [key, null]));
});

describe('whether a device needs its twin synced', () => {
  test.each([
    { which: 'tags that changed', before: { msdyn_tags: '{}' }, after: { msdyn_tags: '{"a":1}' }, needed: true },
    {
      which: 'settings that went',
      before: { msdyn_devicesettings: '{}' },
      after: { msdyn_devicesettings: null },
      needed: true,
    },
    { which: 'another name', before: { msdyn_name: 'a' }, after: { msdyn_name: 'b' }, needed: false },
    {
      which: 'tags, now that it is registered',
      before: { msdyn_registrationstatus: Unregistered, msdyn_tags: '{}' },
      after: { msdyn_tags: '{}' },
      needed: true,
    },
    {
      which: 'tags while it is being registered',
      before: {},
      after: { msdyn_registrationstatus: inProgress, msdyn_tags: '{}' },
      needed: true,
    },
    {
      which: 'tags while it is not registered',
      before: {},
      after: { msdyn_registrationstatus: Unregistered, msdyn_tags: '{}' },
      needed: false,
    },
  ])('with $which: $needed', ({ before, after, needed }) => {
    const registered = { msdyn_registrationstatus: Registered, msdyn_deviceid: 'd' };
    expect(needsSync({ ...registered, ...before }, { ...registered, ...after })).toBe(needed);
  });

  test('a new one that is registered and has tags does', () => {
    const device = { msdyn_registrationstatus: Registered, msdyn_deviceid: 'd' };
    expect(needsSync(undefined, { ...device, msdyn_tags: '{"a":1}' })).toBe(true);
    expect(needsSync(undefined, device)).toBe(false);
  });
});

test('a property that is null is wanted away', () => {
  expect(partOf('{"a":null,"b":{"c":null,"d":1}}', null)).toEqual({ tags: { b: { d: 1 } }, desired: {} });
});

test('a device without a Device ID, or not registered, has no twin to sync', () => {
  expect(twinSync({ msdyn_registrationstatus: Registered }).kind).toBe('none');
  expect(twinSync({ msdyn_registrationstatus: Unregistered, msdyn_deviceid: 'd' }).kind).toBe('none');
  expect(twinSync({ msdyn_registrationstatus: inProgress, msdyn_deviceid: 'd' })).toEqual({
    kind: 'wait',
    reason: 'in-progress',
  });
});

test('what may be in the twin is noted before it is sent: what was there and what comes', () => {
  const [wanted, ours] = [tagsOnly({ b: 2, o: { y: 1 } }), tagsOnly({ a: 1, o: { x: 1 } })];
  expect(intended(wanted, ours)).toEqual({
    ccs_syncedtags: '{"a":1,"o":{"x":1,"y":1},"b":2}',
    ccs_syncedsettings: '{}',
  });
  expect(intended(ours, ours)).toBeUndefined();
  expect(synced(wanted, 0)).toEqual({
    ccs_syncedtags: '{"b":2,"o":{"y":1}}',
    ccs_syncedsettings: '{}',
    ccs_twinsyncedon: '1970-01-01T00:00:00.000Z',
    ccs_twinmessage: null,
  });
});
