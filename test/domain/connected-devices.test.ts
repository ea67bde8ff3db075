import { linksAskedFor, nextTurn, tieIn } from '../../shared/domain/connected-devices';
import type { Row } from '../../shared/model/edm';
import type { Device } from '../../shared/model/entities';
import { connectedDeviceRole } from '../../shared/model/tables/connections';

const now = Date.UTC(2026, 10, 21, 8);
const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString();

/** A connection made at some hour, from a record to device `d` in the role Connected Device. */
const connection = (table: string, id: string, hour = 0, more: Row = {}): Row => ({
  connectionid: `${table} ${id}`,
  _record1id_value: id,
  ccs_record1table: table,
  _record2id_value: 'd',
  ccs_record2table: 'msdyn_iotdevice',
  _record2roleid_value: connectedDeviceRole,
  statecode: 0,
  createdon: at(hour),
  ...more,
});
const toAsset = (id: string, hour = 0, more: Row = {}) => connection('msdyn_customerasset', id, hour, more);

describe('a connection', () => {
  const tie = { table: 'msdyn_customerasset', id: 'a', device: 'd' };
  const turned: Row = {
    _record1id_value: 'd',
    ccs_record1table: 'msdyn_iotdevice',
    _record1roleid_value: connectedDeviceRole,
    _record2id_value: 'a',
    ccs_record2table: 'msdyn_customerasset',
    _record2roleid_value: null,
  };
  test.each<{ which: string; row: Row; ties: object | undefined }>([
    { which: 'to a device in its role counts', row: toAsset('a'), ties: tie },
    { which: 'from the device counts the same', row: toAsset('a', 0, turned), ties: tie },
    {
      which: "of a customer's own table counts",
      row: connection('contoso_elevator', 'e'),
      ties: { table: 'contoso_elevator', id: 'e', device: 'd' },
    },
    { which: 'that is inactive does not count', row: toAsset('a', 0, { statecode: 1 }), ties: undefined },
    { which: 'without a role does not count', row: toAsset('a', 0, { _record2roleid_value: null }), ties: undefined },
    { which: 'in another role does not count', row: toAsset('a', 0, { _record2roleid_value: 'r' }), ties: undefined },
    {
      which: 'whose other end has the role does not count',
      row: toAsset('a', 0, { _record2roleid_value: null, _record1roleid_value: connectedDeviceRole }),
      ties: undefined,
    },
    { which: 'that has begun counts', row: toAsset('a', 0, { effectivestart: at(0) }), ties: tie },
    { which: 'that has not begun does not count', row: toAsset('a', 0, { effectivestart: at(1) }), ties: undefined },
    { which: 'that has not ended counts', row: toAsset('a', 0, { effectiveend: at(1) }), ties: tie },
    { which: 'that has ended does not count', row: toAsset('a', 0, { effectiveend: at(0) }), ties: undefined },
    { which: 'of two devices does not count', row: connection('msdyn_iotdevice', 'x'), ties: undefined },
    { which: 'of no device does not count', row: toAsset('a', 0, { ccs_record2table: 'account' }), ties: undefined },
  ])('$which', ({ row, ties }) => {
    expect(tieIn(row, now)).toEqual(ties);
  });
});

describe('a device', () => {
  const bound = (asset: string | null, connected: string | null, more: Device = {}): Device => ({
    msdyn_iotdeviceid: 'd',
    _ccs_customerasset_value: asset,
    ccs_connectedasset: connected,
    ...more,
  });
  const taken = (asset: string | null) => ({ _ccs_customerasset_value: asset, ccs_connectedasset: asset });
  test.each<{ which: string; device: Device; connections: Row[]; asks: object }>([
    {
      which: 'takes the asset it is connected to',
      device: bound(null, null),
      connections: [toAsset('a')],
      asks: taken('a'),
    },
    {
      which: 'takes that of the oldest connection',
      device: bound(null, null),
      connections: [toAsset('b', 2), toAsset('a', 1)],
      asks: taken('a'),
    },
    {
      which: 'takes that of the oldest that counts',
      device: bound(null, null),
      connections: [toAsset('b', 2), toAsset('a', 1, { statecode: 1 })],
      asks: taken('b'),
    },
    { which: 'that has it already needs nothing', device: bound('a', 'a'), connections: [toAsset('a')], asks: {} },
    {
      which: 'goes on to the next when its connection is gone',
      device: bound('a', 'a'),
      connections: [toAsset('b')],
      asks: taken('b'),
    },
    { which: 'has none without a connection', device: bound('a', 'a'), connections: [], asks: taken(null) },
    {
      which: 'whose asset is gone has none',
      device: bound(null, 'a'),
      connections: [],
      asks: { ccs_connectedasset: null },
    },
    { which: 'keeps an asset bound by hand', device: bound('x', null), connections: [toAsset('a')], asks: {} },
    {
      which: 'keeps one bound by hand in place of a connected one',
      device: bound('x', 'a'),
      connections: [toAsset('a')],
      asks: { ccs_connectedasset: null },
    },
    { which: 'keeps one bound by hand without connections', device: bound('x', null), connections: [], asks: {} },
    {
      which: 'without an account takes the one it is connected to',
      device: bound(null, null),
      connections: [connection('account', 'c')],
      asks: { _msdyn_account_value: 'c' },
    },
    {
      which: 'keeps its account',
      device: bound(null, null, { _msdyn_account_value: 'mine' }),
      connections: [connection('account', 'c')],
      asks: {},
    },
    {
      which: 'keeps its account without connections',
      device: bound(null, null, { _msdyn_account_value: 'c' }),
      connections: [],
      asks: {},
    },
    {
      which: 'is not touched by the connections of other devices',
      device: bound(null, null),
      connections: [toAsset('a', 0, { _record2id_value: 'other' })],
      asks: {},
    },
  ])('$which', ({ device, connections, asks }) => {
    const links = linksAskedFor(device, connections, now);
    expect(links).toEqual(asks);
    expect(linksAskedFor({ ...device, ...links }, connections, now)).toEqual({});
  });

  test('has its next turn when a connection begins or ends', () => {
    expect(nextTurn([], now)).toBeUndefined();
    expect(nextTurn([toAsset('a', 0, { effectivestart: at(-3), effectiveend: at(-2) })], now)).toBeUndefined();
    const some = [
      toAsset('a', 0, { effectivestart: at(-1), effectiveend: at(5) }),
      toAsset('b', 0, { effectivestart: at(3) }),
      toAsset('c', 0, { effectivestart: at(1), statecode: 1 }),
    ];
    expect(nextTurn(some, now)).toBe(now + 3 * 3_600_000);
  });
});
