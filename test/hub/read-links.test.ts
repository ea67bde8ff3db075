import { readLinks } from '../../shared/hub/read-links';

const one = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
const two = `00-${'3'.repeat(32)}-${'4'.repeat(16)}-00`;

test('the traces that events name are read once each, by either name', () => {
  const propertiesArray = [
    { traceparent: one },
    {},
    undefined,
    { 'Diagnostic-Id': two, other: 'x' },
    { traceparent: one },
  ];
  expect(readLinks({ propertiesArray })).toEqual([one, two]);
});

test.each([
  { which: 'no text', value: 5 },
  { which: 'another form', value: '4bf92f35.1' },
  { which: 'a trace without an id', value: `00-${'0'.repeat(32)}-${'2'.repeat(16)}-01` },
  { which: 'a step without an id', value: `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01` },
  { which: 'a version that is none', value: `ff-${'1'.repeat(32)}-${'2'.repeat(16)}-01` },
  { which: 'more than version 0 has', value: `${one}-more` },
  { which: 'very much', value: `01-${one.slice(3)}-${'x'.repeat(10_000)}` },
])('what a device calls its trace and is none is passed over: $which', ({ value }) => {
  expect(readLinks({ propertiesArray: [{ traceparent: value }] })).toEqual([]);
});

test('a later version may say more', () => {
  const later = `01-${one.slice(3)}-more`;
  expect(readLinks({ propertiesArray: [{ traceparent: later }] })).toEqual([later]);
});

test('a batch names 128 traces at most', () => {
  const propertiesArray = Array.from({ length: 500 }, (_, i) => ({
    traceparent: `00-${String(i + 1).padStart(32, '0')}-${'2'.repeat(16)}-01`,
  }));
  expect(readLinks({ propertiesArray })).toHaveLength(128);
});

test('a host that hands over no properties is no fault', () => {
  expect(readLinks({})).toEqual([]);
});
