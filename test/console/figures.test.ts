import { figuresOf } from '../../console/dashboard/figures';
import { readingSeries } from '../../console/devices/reading-series';
import { dataOf } from '../../console/alerts/alert-data';
import { reasonInWords } from '../../console/records/format';
import { listAddress, nextSorting, readListAddress } from '../../console/lists/list-address';

const from = Date.UTC(2026, 10, 21, 0);
const to = Date.UTC(2026, 10, 22, 0);
const at = (hour: number) => new Date(from + hour * 3_600_000).toISOString();

test('the dashboard counts a primary alert with its duplicates, in the hour of the primary one', () => {
  const counted = [
    { device: 'A', category: 'Cold', alert: { createdon: at(1.5), ccs_duplicatecount: 9, _msdyn_case_value: 'c' } },
    { device: 'B', category: 'Cold', alert: { createdon: at(1.9), ccs_duplicatecount: 0 } },
    { device: 'B', category: 'Hot', alert: { createdon: at(24), _msdyn_case_value: 'c', _msdyn_workorder_value: 'w' } },
    { device: 'B', category: 'Hot', alert: { createdon: at(-1) } },
  ];
  const figures = figuresOf(counted, from, to);
  expect(figures).toMatchObject({ primary: 3, duplicates: 9 });
  expect(figures.overTime.map(({ value }) => value).filter(Boolean)).toEqual([11, 1]);
  expect(figures.overTime[1]!.value).toBe(11);
  expect(figures.byDevice).toEqual([
    { name: 'A', value: 10 },
    { name: 'B', value: 2 },
  ]);
  expect(figures.byAction.map(({ name }) => name).toSorted()).toEqual(['Case', 'Nothing yet', 'Work order']);
});

test('of many devices the dashboard names the seven with most alerts', () => {
  const counted = Array.from({ length: 20 }, (_, number) => ({
    device: `D${number}`,
    category: 'One',
    alert: { createdon: at(2), ccs_duplicatecount: number },
  }));
  const { byDevice } = figuresOf(counted, from, to);
  expect(byDevice.map(({ name }) => name)).toEqual(['D19', 'D18', 'D17', 'D16', 'D15', 'D14', 'D13', 'Others']);
  expect(byDevice.reduce((sum, { value }) => sum + value, 0)).toBe(210);
});

test('readings of a device are drawn by their type, oldest first', () => {
  const series = readingSeries([
    { msdyn_alerttime: at(2), ccs_readingtype: 'temperature', ccs_reading: 90, ccs_threshold: 70 },
    { msdyn_alerttime: at(1), ccs_readingtype: 'temperature', ccs_reading: 80, _msdyn_parentalert_value: 'p' },
    { msdyn_alerttime: at(1), ccs_readingtype: 'humidity', ccs_reading: null },
  ]);
  expect(series).toEqual([
    {
      type: 'temperature',
      threshold: 70,
      points: [
        { time: Date.parse(at(1)), value: 80, marked: false },
        { time: Date.parse(at(2)), value: 90, marked: true },
      ],
    },
  ]);
});

test('alert data is shown value by value, with paths that the JSON actions take', () => {
  expect(dataOf('{"a":{"b":[1,"x"]},"c":null}')).toEqual([
    { path: 'a.b[0]', value: '1' },
    { path: 'a.b[1]', value: 'x' },
    { path: 'c', value: 'null' },
  ]);
  expect(dataOf('not JSON')).toBeUndefined();
  expect(dataOf(null)).toBeUndefined();
});

test('a reason is shown without its codes', () => {
  expect(reasonInWords('first-of-group, case-opened: First alert of its group. Opened a case.')).toBe(
    'First alert of its group. Opened a case.',
  );
  expect(reasonInWords(null)).toBe('');
});

test('the address of a list leads back to the same view, search and order', () => {
  const views = [
    { key: 'active', name: 'Active' },
    { key: 'all', name: 'All' },
  ] as const;
  const address = { view: views[1], search: 'a & b', sorting: { property: 'name', descending: true } };
  const text = listAddress('accounts', address, views[0]);
  expect(readListAddress(new URLSearchParams(text.split('?')[1]), [...views])).toEqual(address);
  expect(listAddress('accounts', { view: views[0], search: '', sorting: undefined }, views[0])).toBe('accounts');
  expect(readListAddress(new URLSearchParams('view=nonsense'), [...views]).view).toBe(views[0]);
});

test('a heading sorts upwards, then downwards, then not at all', () => {
  const once = nextSorting(undefined, 'name');
  const twice = nextSorting(once, 'name');
  expect([once, twice, nextSorting(twice, 'name')]).toEqual([
    { property: 'name', descending: false },
    { property: 'name', descending: true },
    undefined,
  ]);
});
