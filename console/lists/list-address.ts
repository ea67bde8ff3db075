import type { View } from './list-description';

export interface Sorting {
  property: string;
  descending: boolean;
}

/** What of a list stands in its address, so that it can be kept, sent and gone back to. */
export interface ListAddress {
  view: View;
  search: string;
  sorting: Sorting | undefined;
}

export function readListAddress(query: URLSearchParams, views: readonly [View, ...View[]]): ListAddress {
  const [property, direction] = (query.get('sort') ?? '').split(' ');
  return {
    view: views.find(({ key }) => key === query.get('view')) ?? views[0],
    search: query.get('search') ?? '',
    sorting: property ? { property, descending: direction === 'desc' } : undefined,
  };
}

/** The address of a list; what is as at first is left out. */
export function listAddress(path: string, { view, search, sorting }: ListAddress, first: View): string {
  const query = new URLSearchParams({
    ...(view.key !== first.key && { view: view.key }),
    ...(search !== '' && { search }),
    ...(sorting && { sort: `${sorting.property} ${sorting.descending ? 'desc' : 'asc'}` }),
  }).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** One press on a column's heading: upwards, then downwards, then as the service orders (newest first). */
export function nextSorting(sorting: Sorting | undefined, property: string): Sorting | undefined {
  if (sorting?.property !== property) return { property, descending: false };
  return sorting.descending ? undefined : { property, descending: true };
}
