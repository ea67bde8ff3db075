import { decodeGroup, encodeGroup } from '../../../shared/adapters/table/group-row';
import { draftOf, emptyGroup, identitiesKept } from '../../../shared/domain/debounce';
import type { Group } from '../../../shared/domain/debounce';

const identity = (number: number) => String.fromCharCode(0x4e00, number >> 8, number & 0xff, 1);
const identities = (from: number, count: number) => Array.from({ length: count }, (_, i) => identity(from + i));

/** All that a group may remember, and a batch more that is about to be settled. */
function busy(): Group {
  const window = {
    parent: 'a',
    first: 0,
    earliest: 0,
    latest: 60_000,
    open: true,
    duplicates: identitiesKept + 2_000,
    seen: new Set(identities(0, identitiesKept)),
  };
  const draft = draftOf({ ...emptyGroup(), windows: [window] });
  draft.windows[0]!.fresh = identities(identitiesKept, 2_000);
  return draft;
}

test('the row of the busiest group fits into a property of 64 KiB, with the newest identities', () => {
  const row = encodeGroup('pump | Anomaly', busy(), 7);
  expect((row['seen'] as Buffer).length).toBeLessThanOrEqual(65_536);
  const { group, position } = decodeGroup(row);
  expect(position).toBe(7);
  expect(group.windows[0]!.duplicates).toBe(identitiesKept + 2_000);
  expect([...group.windows[0]!.seen]).toEqual(identities(2_000, identitiesKept));
});
