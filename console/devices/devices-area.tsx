import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import { deviceForm } from './device-form';
import { deviceList } from './device-list';

export function DevicesArea({ id }: PageProps) {
  return <Area list={deviceList} form={deviceForm} id={id} />;
}
