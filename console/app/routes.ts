import { lazy } from 'react';
import type { ComponentType } from 'react';
import type { PageProps } from './page-props';

type Load = () => Promise<ComponentType<PageProps>>;

// Each area is loaded when it is opened first.
const page = (load: Load) => lazy(async () => ({ default: await load() }));

const pages: Readonly<Record<string, ComponentType<PageProps>>> = {
  '': page(async () => (await import('../dashboard/dashboard-page')).DashboardPage),
  devices: page(async () => (await import('../devices/devices-area')).DevicesArea),
  alerts: page(async () => (await import('../alerts/alerts-area')).AlertsArea),
  cases: page(async () => (await import('../service/cases-area')).CasesArea),
  'work-orders': page(async () => (await import('../service/work-orders-area')).WorkOrdersArea),
  accounts: page(async () => (await import('../service/accounts-area')).AccountsArea),
  assets: page(async () => (await import('../service/assets-area')).AssetsArea),
  categories: page(async () => (await import('../categories/categories-area')).CategoriesArea),
  commands: page(async () => (await import('../commands/commands-area')).CommandsArea),
  parked: page(async () => (await import('../parked/parked-area')).ParkedArea),
};

/** The page at a path, and the id in it; undefined where there is none. */
export function pageAt(
  path: string,
): { area: string; Page: ComponentType<PageProps>; id: string | undefined } | undefined {
  const [area = '', id, ...more] = path.split('/');
  const found = more.length === 0 && Object.hasOwn(pages, area) ? pages[area] : undefined;
  return found && { area, Page: found, id };
}
