import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import { alertForm } from './alert-form';
import { alertList } from './alert-list';

export function AlertsArea({ id }: PageProps) {
  return <Area list={alertList} form={alertForm} id={id} />;
}
