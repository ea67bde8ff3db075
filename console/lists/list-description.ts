import type { ComponentType, ReactNode } from 'react';
import type { EntityName } from '../../shared/model/entities';
import type { Loaded } from '../api/web-api';
import type { May } from '../session/may';

/** A named selection of records. */
export interface View {
  key: string;
  name: string;
  /** As the Web API writes it; everything without one. */
  filter?: string;
}

/** A list of a table's records, as data: what is asked for and how it is shown. */
export interface ListDescription<N extends EntityName> {
  table: N;
  path: string;
  /** The first one is shown at first. */
  views: readonly [View, ...View[]];
  /** Properties, in order; the first one leads to the record. */
  columns: readonly (keyof Loaded<N> & string)[];
  /** Properties that are asked for without being columns. */
  also?: readonly (keyof Loaded<N> & string)[];
  /** What of looked-up records is shown in cells, as `$expand` takes it. */
  expand?: string;
  /** Text properties that are searched. */
  searchIn: readonly (keyof Loaded<N> & string)[];
  /** Cells that are more than the value. */
  cells?: { readonly [P in keyof Loaded<N> & string]?: (record: Loaded<N>) => ReactNode };
  /** What can be done with the selected records; without it nothing can be selected. */
  commands?: ComponentType<ListCommandProps<N>>;
  /** Who may do any of it; records are not marked for anybody else. */
  usableBy?: (may: May) => boolean;
  /** Shown when there is nothing. */
  empty: string;
  /** Whether records can be created by hand. */
  creatable?: boolean;
  /** Asks again by itself, every so many milliseconds. */
  refreshEvery?: number;
}

/** The records that a command is for. */
export interface Selection<N extends EntityName> {
  /** Those that are shown and marked. */
  records: readonly Loaded<N>[];
  /** Whether there are any, shown or not. */
  any: boolean;
  /** How many are marked, in words: `3 records`, `all records of this view`. */
  words: string;
  /** Ids of all of them, also of those that are not shown. */
  ids(): Promise<string[]>;
  /** Takes all marks away: for a command after which the records are gone. */
  clear(): void;
}

export interface ListCommandProps<N extends EntityName> {
  selection: Selection<N>;
  /** Asks for the list anew, after something was done. */
  reload: () => void;
}
