import { Button } from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons';
import type { EntityName } from '../../shared/model/entities';
import type { ListDescription } from './list-description';
import { ListTable } from './list-table';
import { Outcome } from './outcome';
import { Pager } from './pager';
import { useList } from './use-list';

/** A list inside of a form: the records that belong to the one that is shown, newest first. */
export function EmbeddedList<N extends EntityName>({
  list,
  filter,
  label,
}: {
  list: Pick<ListDescription<N>, 'table' | 'columns' | 'also' | 'cells' | 'empty' | 'refreshEvery'>;
  filter: string;
  label: string;
}) {
  const select = [...list.columns, ...(list.also ?? [])];
  const state = useList(list.table, { select, filter }, { pageSize: 25, refreshEvery: list.refreshEvery });
  return (
    <section aria-label={label}>
      <Button size="small" appearance="subtle" icon={<ArrowClockwiseRegular />} onClick={state.reload}>
        Refresh
      </Button>
      <Outcome state={state} empty={list.empty}>
        <ListTable list={list} records={state.page?.records ?? []} label={label} leaving={state.leaving} />
        <Pager state={state} />
      </Outcome>
    </section>
  );
}
