import { readNotices } from '../../shared/hub/read-notices';
import { event } from '../kit/ingestion';

const telemetry = event(1, { temperature: 21 });
const connected = event(2, { sequenceNumber: '1' }, { messageSource: 'deviceConnectionStateEvents' });
const deleted = event(3, {}, { messageSource: 'deviceLifecycleEvents' });

test('the hub’s own events are found among messages, each with the properties that stand in its place', () => {
  const metadata = {
    propertiesArray: [{ opType: 'mine' }, { opType: 'deviceConnected' }, { opType: 'deleteDeviceIdentity' }],
  };
  expect(readNotices([telemetry, connected, deleted], metadata)).toEqual([
    { event: connected, properties: { opType: 'deviceConnected' } },
    { event: deleted, properties: { opType: 'deleteDeviceIdentity' } },
  ]);
});

test('without properties an event has none, and is refused where it is read', () => {
  expect(readNotices([connected], {})).toEqual([{ event: connected, properties: {} }]);
});
