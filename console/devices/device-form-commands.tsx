import type { FormPartProps } from '../forms/form-description';
import { idOf, nameOf } from '../records/columns';
import { DeviceCommands } from './device-commands';

/** The commands of the list, for this one device. They wait until what was entered is saved. */
export function DeviceFormCommands({ record, reload, dirty }: FormPartProps<'msdyn_iotdevice'>) {
  if (dirty) return null;
  const selection = {
    records: [record],
    any: true,
    words: nameOf('msdyn_iotdevice', record),
    ids: async () => [idOf('msdyn_iotdevice', record)],
    clear: () => undefined,
  };
  return <DeviceCommands selection={selection} reload={reload} />;
}
