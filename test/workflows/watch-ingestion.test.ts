import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { memoryTelemetry } from '../../shared/adapters/memory/telemetry';
import type { HubEvent } from '../../shared/domain/hub-event';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import { ingestEvents } from '../../shared/workflows/ingest-events';
import { watchIngestion } from '../../shared/workflows/watch-ingestion';
import { watchLedger } from '../../shared/workflows/watch-ledger';
import { alertRecord, event, ingestionOn, seed, start } from '../kit/ingestion';

const source = { hub: 'hub', partition: '2' };
const links = [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`];

/** Ingestion that is watched, as the app puts it together, on memory. The clock ticks half a second at each look. */
async function watched(change: (ledger: AlertLedger) => AlertLedger = (ledger) => ledger) {
  const records = memoryRecordStore();
  const account = await seed(records, 'account', 'Contoso', {});
  await seed(records, 'msdyn_iotdevice', 'known', { msdyn_deviceid: 'known', _msdyn_account_value: account });
  const telemetry = memoryTelemetry();
  let ticks = 0;
  const ledger = watchLedger(change(memoryAlertLedger(records)), telemetry, () => (ticks += 500));
  const deps = ingestionOn({ records, ledger }, { telemetry, now: () => start + 10_000 });
  const ingest = async (events: HubEvent[]) =>
    watchIngestion({ source, events, links }, deps, async () => ingestEvents(source, events, deps));
  const sum = (name: string) =>
    telemetry.figures.reduce((all, figure) => all + (figure.name === name ? figure.value : 0), 0);
  return { telemetry, ingest, sum, records };
}

test('a batch is one step with its links, and each shard reads, plans and commits within it', async () => {
  const { telemetry, ingest, records } = await watched();
  await ingest([event(4, alertRecord('known')), event(5, alertRecord('known'))]);
  expect(telemetry.steps.map(({ name, within }) => [name, within])).toEqual([
    ['ccs.read', 'ccs.ingest'],
    ['ccs.plan', 'ccs.ingest'],
    ['ccs.ticket', 'ccs.commit'],
    ['ccs.commit', 'ccs.ingest'],
    ['ccs.ingest', undefined],
  ]);
  expect(telemetry.steps.at(-1)).toMatchObject({
    links,
    about: {
      'ccs.hub': 'hub',
      'ccs.partition': '2',
      'ccs.sequence.first': 4,
      'ccs.sequence.last': 5,
      'ccs.events': 2,
    },
  });
  const { records: cases } = await records.list('incident', { limit: 10 });
  expect(telemetry.steps[2]!.about).toEqual({
    'ccs.case': cases[0]!.row['incidentid'],
    'ccs.parent': cases[0]!.row['_msdyn_iotalert_value'],
    'ccs.device': 'known',
  });
});

test('events, alerts, primary alerts, duplicates, cases and parked messages are counted, and the lag is measured', async () => {
  const { ingest, sum } = await watched();
  const body = [alertRecord('known'), alertRecord('known'), alertRecord('unknown')];
  const { lag } = await ingest([event(1, body), event(2, Buffer.from('no JSON'))]);
  const figures = ['events', 'alerts', 'parents', 'duplicates', 'cases', 'work_orders', 'parked', 'duplicates.skipped'];
  expect(Object.fromEntries(figures.map((name) => [name, sum(`ccs.${name}`)]))).toEqual({
    events: 2,
    alerts: 3,
    parents: 2,
    duplicates: 1,
    cases: 1,
    work_orders: 0,
    parked: 1,
    'duplicates.skipped': 0,
  });
  expect([lag, sum('ccs.lag')]).toEqual([9_000, 9]);
});

test('a batch that is delivered again counts what it skips, and no alert twice', async () => {
  const { ingest, sum } = await watched();
  const events = [event(1, alertRecord('known')), event(2, alertRecord('known'))];
  await ingest(events);
  await ingest(events);
  expect([sum('ccs.events'), sum('ccs.alerts'), sum('ccs.duplicates.skipped')]).toEqual([4, 2, 2]);
});

test('a lost race is told as one, with its time, and counts no alert', async () => {
  let races = 1;
  const { telemetry, ingest, sum } = await watched((ledger) => ({
    ...ledger,
    commit: async (...commit) => (races-- > 0 ? { kind: 'lost-race' } : ledger.commit(...commit)),
  }));
  await ingest([event(1, alertRecord('known'))]);
  const commits = telemetry.steps.filter(({ name }) => name === 'ccs.commit');
  expect(commits.map(({ about }) => about['ccs.outcome'])).toEqual(['lost-race', 'committed']);
  const times = telemetry.figures.filter(({ name }) => name === 'ccs.commit.duration');
  expect(times.map(({ value, about }) => [value, about['ccs.outcome']])).toEqual([
    [0.5, 'lost-race'],
    [0.5, 'committed'],
  ]);
  expect(sum('ccs.alerts')).toBe(1);
});

test('a batch that fails is a step with the kind of its error, and counts nothing', async () => {
  const { telemetry, ingest, sum } = await watched((ledger) => ({
    ...ledger,
    commit: async () => Promise.reject(new RangeError('secret')),
  }));
  await expect(ingest([event(1, alertRecord('known'))])).rejects.toThrow(RangeError);
  expect(telemetry.steps.at(-1)).toMatchObject({ name: 'ccs.ingest', about: { 'error.type': 'RangeError' } });
  expect([sum('ccs.events'), sum('ccs.alerts')]).toEqual([0, 0]);
});

test('what is told does not grow with the alerts of a batch', async () => {
  const { telemetry, ingest } = await watched();
  const many = Array.from({ length: 500 }, () => alertRecord('known'));
  await ingest([event(1, many)]);
  expect(telemetry.steps.length).toBeLessThan(12);
  expect(telemetry.figures.length).toBeLessThan(15);
});
