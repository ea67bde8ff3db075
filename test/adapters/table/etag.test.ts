import { etagOf, fromStorageETag, toStorageETag } from '../../../shared/adapters/table/etag';

test.each([
  { which: 'Azurite', stored: `W/"datetime'2026-11-21T04%3A14%3A50.1234567Z'"`, ours: 'W/"202611210414501234567"' },
  {
    which: 'Azurite, zeros at the end',
    stored: `W/"datetime'2026-11-21T04%3A14%3A50.1200000Z'"`,
    ours: 'W/"202611210414501200000"',
  },
  {
    which: 'Azure, zeros at the end dropped',
    stored: `W/"datetime'2020-10-09T17%3A00%3A02.492365Z'"`,
    ours: 'W/"20201009170002492365"',
  },
  {
    which: 'Azure, zeros at the start kept',
    stored: `W/"datetime'2020-10-01T00%3A38%3A37.0000001Z'"`,
    ours: 'W/"202010010038370000001"',
  },
  { which: 'Azure, a whole second', stored: `W/"datetime'2020-10-01T00%3A38%3A37Z'"`, ours: 'W/"20201001003837"' },
])('an ETag of $which becomes digits and leads back', ({ stored, ours }) => {
  expect(fromStorageETag(stored)).toBe(ours);
  expect(toStorageETag(ours)).toBe(stored);
});

test('an ETag that storage left out follows from the time of the row', () => {
  const etag = `W/"datetime'2026-11-21T04%3A14%3A50.1234567Z'"`;
  expect(etagOf({ timestamp: '2026-11-21T04:14:50.1234567Z' })).toBe(fromStorageETag(etag));
  expect(etagOf({ etag, timestamp: '2020-01-01T00:00:00Z' })).toBe(fromStorageETag(etag));
});

test.each(['*', '', 'W/"1"', `W/"'"`, '"20201001003837"', 'W/"2020100100383700000001"'])(
  '%j never was an ETag and matches nothing',
  (text) => {
    expect(toStorageETag(text)).toMatch(/1601-01-01/);
  },
);

test('an ETag of an unknown form is a fault', () => {
  expect(() => fromStorageETag('"0x8D"')).toThrow('unknown form');
});
