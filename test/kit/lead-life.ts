import { ingestEvents } from '../../shared/workflows/ingest-events';
import { linkWaitingAlerts } from '../../shared/workflows/link-waiting-alerts';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { parentAlert } from '../../shared/workflows/parent-alert';
import type { Life, Step } from './any-life';
import { all, event, start } from './ingestion';
import { settle } from './life-worlds';
import type { World } from './life-worlds';
import type { TestApi } from './web-api';

/** What a caller was answered; of a workflow what it returned. */
export type Answer = { status: number; code: string | undefined; faults: unknown[] } | string | number;

/**
 * Leads a life, so many steps at once, each by the next process. Answers what callers were answered, in the order in which that came.
 */
export async function lead({ steps }: Life, world: World, atOnce = 1): Promise<Answer[]> {
  await settle(world);
  let now = start;
  let count = 0;
  let sequence = 0;
  const batches: Parameters<typeof ingestEvents>[1][] = [];
  const answers: Answer[] = [];
  const take = async (each: Step, at: number): Promise<void> => {
    const { deps, api } = world.processes[at % world.processes.length]!;
    const { records } = deps;
    const ordered = async (name: 'msdyn_iotalert' | 'incident', column: string) =>
      (await all(records, name)).toSorted((a, b) => (String(a[column]) < String(b[column]) ? -1 : 1));
    const alertAt = async (index: number) => {
      const alerts = await ordered('msdyn_iotalert', 'msdyn_description');
      return String(alerts[index % Math.max(1, alerts.length)]?.['msdyn_iotalertid']);
    };
    const time = () => new Date((now += 1_000)).toISOString();
    const description = () => `a${String((count += 1)).padStart(5, '0')}`;
    const status = async (answer: ReturnType<TestApi['get']>): Promise<Answer> => {
      const { status: code, json, faults } = await answer;
      return { status: code, code: json?.error?.code, faults };
    };
    const patch = async (body: object, index: number) =>
      status(api.patch(`/msdyn_iotalerts(${await alertAt(index)})`, body));
    switch (each.does) {
      case 'storm': {
        now += each.jump * 60_000;
        const batch = Array.from({ length: each.size }, () => {
          const token = `t${count % each.tokens}`;
          const body = {
            deviceid: `d${count % each.devices}`,
            alerttype: 'Anomaly',
            description: description(),
            eventtoken: token,
            time: time(),
          };
          return event((sequence += 1), body, { enqueued: now });
        });
        batches.push(batch);
        await ingestEvents({ hub: 'hub', partition: '0' }, batch, deps);
        break;
      }
      case 'send again':
        await ingestEvents({ hub: 'hub', partition: '0' }, batches[each.of % (batches.length || 1)] ?? [], deps);
        break;
      case 'post': {
        now += each.jump * 60_000;
        const parent = each.under === null ? undefined : await alertAt(each.under);
        const row = {
          msdyn_description: description(),
          msdyn_deviceid: `d${each.device}`,
          msdyn_alerttime: time(),
          ...(each.isChosen && { msdyn_iotalertid: `c0ffee00-0000-4000-8000-${String(count).padStart(12, '0')}` }),
          ...(parent && { 'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${parent})` }),
        };
        answers.push(await status(api.post('/msdyn_iotalerts', row)));
        break;
      }
      case 'post many': {
        now += each.jump * 60_000;
        const Targets = Array.from({ length: each.size }, () => ({
          '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotalert',
          msdyn_deviceid: `d${count % each.devices}`,
          msdyn_description: description(),
          msdyn_alerttime: time(),
        }));
        answers.push(await status(api.post('/msdyn_iotalerts/Microsoft.Dynamics.CRM.CreateMultiple', { Targets })));
        break;
      }
      case 'change':
        answers.push(await patch({ msdyn_alertdata: `{"changed":${at}}` }, each.which));
        break;
      case 'close':
        answers.push(await patch({ statecode: 1, statuscode: 2 }, each.which));
        break;
      case 'resolve':
        answers.push(await patch({ statecode: 3 }, each.which));
        break;
      case 'delete':
        answers.push(await status(api.send('DELETE', `/msdyn_iotalerts(${await alertAt(each.which)})`)));
        break;
      case 'parent': {
        const id = await alertAt(each.which);
        if (id === 'undefined') break;
        answers.push(await parentAlert(id, each.minutes * 60_000, { ...deps, oneAtATime: oneAtATime() }));
        break;
      }
      case 'close ticket': {
        const cases = await ordered('incident', 'title');
        const id = cases[each.which % (cases.length || 1)]?.['incidentid'];
        if (id) answers.push(await status(api.patch(`/incidents(${String(id)})`, { statecode: 1, statuscode: 5 })));
        break;
      }
      case 'appear': {
        const id = `d${each.device}`;
        const row = { msdyn_name: id, msdyn_deviceid: id };
        answers.push(await status(api.post('/msdyn_iotdevices', row)));
        answers.push(await linkWaitingAlerts(deps, id));
        break;
      }
    }
  };
  for (let at = 0; at < steps.length; at += atOnce) {
    await Promise.all(steps.slice(at, at + atOnce).map((each, i) => take(each, at + i)));
  }
  return answers;
}
