import { Button, makeStyles } from '@fluentui/react-components';
import { AddRegular, ArrowClockwiseRegular } from '@fluentui/react-icons';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { allOf, containing } from '../api/query';
import { usePlace, useServices } from '../app/service';
import { Command, CommandBar } from '../parts/command-bar';
import { useMay } from '../session/viewer';
import { useTitle } from '../parts/use-title';
import { listAddress, nextSorting, readListAddress } from './list-address';
import type { ListAddress } from './list-address';
import type { ListDescription } from './list-description';
import { ListTable } from './list-table';
import { Outcome } from './outcome';
import { Pager } from './pager';
import { SearchField } from './search-field';
import { SelectionBar } from './selection-bar';
import { useList } from './use-list';
import { useSelection } from './use-selection';
import { ViewPicker } from './view-picker';

const useStyles = makeStyles({
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', gap: '8px' },
});

/** A table's records: views, search, order, pages, and what can be done with those that are marked. */
export function ListPage<N extends EntityName>({ list }: { list: ListDescription<N> }) {
  const { locations } = useServices();
  const styles = useStyles();
  const may = useMay();
  const address = readListAddress(usePlace().query, list.views);
  const { view, search, sorting } = address;
  useTitle(view.name);
  const options = {
    select: [...list.columns, ...(list.also ?? [])],
    ...(list.expand !== undefined && { expand: list.expand }),
    filter: allOf(view.filter, containing(list.searchIn, search)),
    orderby: sorting && `${sorting.property} ${sorting.descending ? 'desc' : 'asc'}`,
  };
  const state = useList(list.table, options, { refreshEvery: list.refreshEvery });
  const records = state.page?.records ?? [];
  const marks = useSelection(list.table, options, records);
  const change = (part: Partial<ListAddress>) =>
    locations.replace(listAddress(list.path, { ...address, ...part }, list.views[0]));
  const Commands = list.usableBy?.(may) === false ? undefined : list.commands;

  return (
    <>
      <div className={styles.head}>
        <ViewPicker views={list.views} view={view} onView={(next) => change({ view: next, sorting: undefined })} />
        <SearchField text={search} onSearch={(text) => change({ search: text })} />
      </div>
      <CommandBar>
        {list.creatable && may.write('create', list.table) && (
          <Command icon={<AddRegular />} onClick={() => void locations.go(`${list.path}/new`)}>
            New
          </Command>
        )}
        <Command icon={<ArrowClockwiseRegular />} onClick={state.reload}>
          Refresh
        </Command>
        {Commands && <Commands selection={marks} reload={state.reload} />}
      </CommandBar>
      {marks.any && <SelectionBar marks={marks} goesOn={state.page?.next !== undefined || state.number > 1} />}
      <Outcome state={state} empty={search === '' ? list.empty : `Nothing here contains “${search}”.`}>
        <ListTable
          list={list}
          records={records}
          label={view.name}
          marks={Commands && marks}
          leaving={state.leaving}
          sorting={sorting}
          onSort={(property) => change({ sorting: nextSorting(sorting, property) })}
        />
        <Pager state={state} />
      </Outcome>
      {state.problem !== undefined && sorting !== undefined && (
        <Button onClick={() => change({ sorting: undefined })}>
          Show the newest {entity(list.table).displayName} first
        </Button>
      )}
    </>
  );
}
