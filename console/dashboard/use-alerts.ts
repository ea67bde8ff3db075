import { useEffect, useRef, useState } from 'react';
import type { WebApi } from '../api/web-api';
import { formatted } from '../api/web-api';
import { wordsOf } from '../api/api-error';
import { useApi } from '../app/service';
import { useInterval } from '../parts/use-interval';
import type { Counted } from './figures';

/** What is known of the alerts of a span. */
export interface AlertsSeen {
  counted: readonly Counted[];
  /** False when there are more than the dashboard asks for. */
  complete: boolean;
  ready: boolean;
  /** When it was asked for last, in milliseconds. */
  at: number;
  problem?: string;
}

const nothingYet = (): AlertsSeen => ({ counted: [], complete: true, ready: false, at: Date.now() });

const pageSize = 100;
const mostPages = 10;
const askEvery = 5000;

const options = {
  select: [
    'msdyn_iotalertid',
    'createdon',
    'msdyn_deviceid',
    'ccs_duplicatecount',
    '_msdyn_case_value',
    '_msdyn_workorder_value',
    '_msdyn_lastcommandsent_value',
  ],
  expand: 'msdyn_Device($select=msdyn_name,_msdyn_category_value)',
};

/**
 * The primary alerts of the last hours, kept up to date: at first all of them, as far as a page may ask, then every few
 * seconds the newest, whose duplicates may still grow.
 */
export function useAlerts(hours: number): AlertsSeen {
  const api = useApi();
  const [seen, setSeen] = useState<AlertsSeen>(nothingYet);
  const known = useRef(new Map<string, Counted>());
  const turn = useRef(0);

  const read = async (pages: number) => {
    const mine = turn.current;
    const { complete, failed } = await gather(api, hours, pages, (found) => {
      if (mine !== turn.current) return;
      for (const each of found) known.current.set(each.alert.msdyn_iotalertid!, each);
      // Figures grow page by page: the first are there as soon as a list would be.
      setSeen((before) => ({ ...before, counted: [...known.current.values()], ready: true }));
    });
    if (mine !== turn.current) return;
    setSeen((before) => ({
      counted: [...known.current.values()],
      complete: pages === mostPages ? complete : before.complete,
      ready: true,
      at: Date.now(),
      ...(failed !== undefined && { problem: failed }),
    }));
  };
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  useEffect(() => {
    turn.current += 1;
    known.current = new Map();
    setSeen(nothingYet());
    void latest.current(mostPages);
  }, [hours]);
  useInterval(() => void latest.current(1), askEvery);
  return seen;
}

async function gather(
  api: WebApi,
  hours: number,
  pages: number,
  take: (found: Counted[]) => void,
): Promise<{ complete: boolean; failed?: string }> {
  const since = new Date(Date.now() - hours * 3_600_000).toISOString();
  const filter = `createdon ge ${since} and _msdyn_parentalert_value eq null`;
  try {
    let page = await api.list('msdyn_iotalert', { ...options, filter }, pageSize);
    for (let left = pages - 1; ; left -= 1) {
      take(page.records.map(countedOf));
      if (page.next === undefined || left === 0) return { complete: page.next === undefined };
      page = await api.follow('msdyn_iotalert', page.next, pageSize);
    }
  } catch (error) {
    return { complete: false, failed: wordsOf(error) };
  }
}

function countedOf(alert: Counted['alert']): Counted {
  const device = (alert as { msdyn_Device?: { msdyn_name?: string } | null }).msdyn_Device;
  return {
    alert,
    device: device?.msdyn_name ?? alert.msdyn_deviceid ?? 'Unknown device',
    category: (device && formatted(device, '_msdyn_category_value')) ?? 'Without category',
  };
}
