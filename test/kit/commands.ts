import { memoryCommandMessages } from '../../shared/adapters/memory/command-messages';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import type { Row } from '../../shared/model/edm';
import type { EntityName } from '../../shared/model/entities';
import type { CommandWork } from '../../shared/ports/command-queue';
import { collectFeedback } from '../../shared/workflows/collect-feedback';
import type { Collected } from '../../shared/workflows/collect-feedback';
import { followersInTurn } from '../../shared/workflows/followers';
import { handOnCommands } from '../../shared/workflows/hand-on-commands';
import { takeUpCommands, workOnCommand } from '../../shared/workflows/work-on-commands';
import type { CommandDeps } from '../../shared/workflows/work-on-commands';
import { actionsOn } from './actions-on';
import { seed, start } from './ingestion';
import { createdId, openWebApi } from './web-api';
import type { Answer } from './web-api';

type Guard = <T>(name: string, call: () => Promise<T>) => Promise<T>;

/** Commands on memory, with a clock that stands still and a hub that knows the devices a, b, c and full. */
export function openCommands({ guard = async (_name, call) => call() }: { guard?: Guard } = {}) {
  const messages = memoryCommandMessages(['a', 'b', 'c', 'full']);
  const openWork = memoryOpenWork();
  const queue = memoryWorkQueue<CommandWork>();
  const { records, writes, alert, alertNow } = actionsOn();
  const clock = { now: start };
  let made = 0;
  const guarded: typeof records = {
    ...records,
    insert: async (...args) => guard('insert', async () => records.insert(...args)),
    replace: async (...args) => guard('replace', async () => records.replace(...args)),
    writeTogether: async (...args) => guard('writeTogether', async () => records.writeTogether(...args)),
  };
  const handing = {
    openWork: {
      ...openWork,
      note: async (...args: Parameters<typeof openWork.note>) => guard('note', async () => openWork.note(...args)),
      done: async (...args: Parameters<typeof openWork.done>) => guard('done', async () => openWork.done(...args)),
      renew: async (...args: Parameters<typeof openWork.renew>) => guard('renew', async () => openWork.renew(...args)),
    },
    commands: { add: async (work: CommandWork) => guard('queue', async () => queue.add(work)) },
  };
  const deps: CommandDeps = {
    records: guarded,
    now: () => clock.now,
    unique: () => `unique ${(made += 1)}`,
    followers: followersInTurn([handOnCommands(handing)]),
    alerts: {
      open: writes.open,
      revise: async (...args) => guard('revise', async () => writes.revise(...args)),
    },
    commandLife: 600_000,
    ...handing,
    messages: { ...messages, send: async (message) => guard('send', async () => messages.send(message)) },
  };
  const api = openWebApi(guarded, deps);
  const registered = { msdyn_registrationstatus: 192350003 };

  const drain = async (): Promise<void> => {
    // What waits is queued again, which memory shows at once: so only what is there now.
    for (const work of queue.messages.splice(0)) await workOnCommand(work, deps);
  };

  return {
    api,
    deps,
    records,
    openWork,
    clock,
    hub: messages,
    queue,
    alert,
    alertNow,
    drain,
    device: async (deviceId: string, row: Row = {}) =>
      seed(records, 'msdyn_iotdevice', deviceId, { msdyn_deviceid: deviceId, ...registered, ...row }),
    make: async (name: EntityName, label: string, row: Row = {}) => seed(records, name, label, row),
    /** What the Web API answers to the creation of a command. */
    post: async (body: Record<string, unknown>): Promise<Answer> =>
      api.post('/msdyn_iotdevicecommands', { msdyn_name: 'Reset', msdyn_message: '{"CommandName":"Reset"}', ...body }),
    read: async (name: EntityName, id: string): Promise<Row> => (await records.get(name, id))!.row,
    /** Minutes pass, in which the timer and the queue do their work. */
    pass: async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.now += 61_000;
        await takeUpCommands(deps);
        await drain();
      }
    },
    report: async (text: string): Promise<Collected> =>
      collectFeedback({ ...deps, feedback: { take: async (handle) => handle(text) } }),
    created: createdId,
  };
}

/** A report of the hub about a message. */
export function reportOf(originalMessageId: string, deviceId: string, statusCode: string): object {
  return { originalMessageId, deviceId, statusCode, enqueuedTimeUtc: new Date(start + 5_000).toISOString() };
}
