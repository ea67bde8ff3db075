import { mayOf } from '../../console/session/may';

test('a reader is offered to read, and not what may hold anything', () => {
  const may = mayOf(['IoT.Reader']);
  expect(may.read('msdyn_iotdevice')).toBe(true);
  expect(may.read('ccs_parkedmessage')).toBe(false);
  expect(may.write('update', 'msdyn_iotdevice')).toBe(false);
  expect(may.act('msdyn_RegisterIoTDevice')).toBe(false);
});

test('one of several roles is enough, and without any there is nothing', () => {
  expect(mayOf(['IoT.Reader', 'IoT.EndpointUser']).act('msdyn_RegisterIoTDevice')).toBe(true);
  expect(mayOf([]).read('account')).toBe(false);
});
