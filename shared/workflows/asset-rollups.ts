import { alertFigures, registrationOf } from '../domain/asset-rollups';
import type { Row } from '../model/edm';
import type { Device } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';
import { findBelonging } from './belonging-records';
import { devicesOfRecords } from './devices-of-records';
import { inTurns } from './in-turns';

/** Devices that are read at the same time. */
const atOnce = 32;

/**
 * The registration status of customer assets: that of all their devices and, while these are fewer than two, of the one whose
 * Device ID the asset holds.
 */
export async function registrationsOfAssets(
  assets: readonly Stored[],
  records: RecordStore,
  now: number,
): Promise<Map<string, Row>> {
  const devices = await devicesOfRecords({ table: 'msdyn_customerasset', ids: assets.map(idOf) }, records, now);
  const columns = new Map<string, Row>();
  await inTurns(assets, atOnce, async (asset) => {
    const own = [...devices.get(idOf(asset))!.values()];
    const named = own.length < 2 ? await deviceNamedBy(asset.row, own, records) : [];
    const statuses = [...own, ...named].map((device) => device.msdyn_registrationstatus);
    columns.set(idOf(asset), { msdyn_registrationstatus: registrationOf(statuses) });
  });
  return columns;
}

async function deviceNamedBy({ msdyn_deviceid: deviceId }: Row, own: readonly Device[], records: RecordStore) {
  if (typeof deviceId !== 'string' || own.some((device) => device.msdyn_deviceid === deviceId)) return [];
  const named = await records.getByAlternateKey('msdyn_iotdevice', deviceId);
  return named ? [named.row as Device] : [];
}

/** What customer assets show of the alerts that lead to them. */
export async function alertsOfAssets(assets: readonly Stored[], records: RecordStore): Promise<Map<string, Row>> {
  const figures = new Map(assets.map((asset) => [idOf(asset), alertFigures()]));
  const whose = '_msdyn_customerasset_value';
  const properties = [whose, '_msdyn_parentalert_value', 'statecode', 'msdyn_alerttime', 'ccs_lastalerttime'];
  await findBelonging([...figures.keys()], records, async (find) => {
    for await (const { row } of find('msdyn_iotalert', whose, { properties })) {
      figures.get(String(row[whose]))?.add(row);
    }
  });
  return new Map([...figures].map(([id, each]) => [id, each.result()]));
}

function idOf({ row }: Stored): string {
  return String(row['msdyn_customerassetid']);
}
