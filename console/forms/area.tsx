import type { EntityName } from '../../shared/model/entities';
import { useMay } from '../session/viewer';
import { ListPage } from '../lists/list-page';
import type { ListDescription } from '../lists/list-description';
import type { FormDescription } from './form-description';
import { FormPage } from './form-page';
import { NewPage } from './new-page';

/** The pages of a table: its list, its form, and the form of a new record. */
export function Area<N extends EntityName>({
  list,
  form,
  id,
}: {
  list: ListDescription<N>;
  form: FormDescription<N>;
  id: string | undefined;
}) {
  const may = useMay().write('create', list.table);
  if (id === undefined) return <ListPage list={list} />;
  if (id === 'new' && list.creatable && may) return <NewPage form={form} />;
  return <FormPage form={form} id={id} />;
}
