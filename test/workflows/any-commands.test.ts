import fc from 'fast-check';
import { alertStatus, commandFeedback, commandStatus } from '../../shared/model/choices';
import type { Row } from '../../shared/model/edm';
import type { Command } from '../../shared/model/entities';
import { takeUpCommands, workOnCommand } from '../../shared/workflows/work-on-commands';
import { openCommands, reportOf } from '../kit/commands';
import { all } from '../kit/ingestion';

/*
 * Commands for a few devices, taken up in any order and more than once, by processes that are killed between any two
 * writes, while the hub goes away, refuses, or loses its answers, and reports what it likes.
 */

/** More, and others: `LIVES=5000 SEED=2 npx jest any-commands`. */
const numRuns = Number(process.env['LIVES'] ?? 300);
const seed = Number(process.env['SEED'] ?? 1);

const table = 'msdyn_iotdevicecommand' as const;
const labels = ['a', 'b', 'c'];

/** The process dies before or after the nth thing that it writes. */
const kill = fc.option(fc.record({ at: fc.integer({ min: 1, max: 14 }), when: fc.constantFrom('before', 'after') }), {
  freq: 2,
});
const does = <T extends string>(what: T) => fc.constant(what);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: does('post'), device: fc.nat(2), isForAll: fc.boolean(), kill }) },
  { weight: 5, arbitrary: fc.record({ does: does('take'), which: fc.nat(20), keeps: fc.boolean(), kill }) },
  { weight: 2, arbitrary: fc.record({ does: does('pass'), seconds: fc.integer({ min: 1, max: 120 }), kill }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: does('trouble'), fault: fc.constantFrom('unreachable', 'not-now', 'uncertain') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: does('report'),
      which: fc.nat(20),
      word: fc.constantFrom('Success', 'Expired', 'Rejected'),
      kill,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: does('delete'), which: fc.nat(20) }) },
);
type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Step = Of<typeof step>;
type Kill = Of<typeof kill>;

class Killed extends Error {}

async function lead(steps: readonly Step[]) {
  let doubts = false;
  let writes = 0;
  let dies: Kill = null;
  const sends: { id: string; attempt: number; at: number }[] = [];
  const world = openCommands({
    guard: async (name, call) => {
      writes += 1;
      const isNow = writes === dies?.at;
      if (isNow && dies?.when === 'before') throw new Killed();
      const { length } = world.hub.taken;
      const result = await call();
      for (const { messageId: id, attempt } of world.hub.taken.slice(length)) {
        sends.push({ id, attempt, at: world.clock.now });
      }
      if (name === 'send' && (result as { kind: string }).kind === 'uncertain') doubts = true;
      if (isNow) throw new Killed();
      return result;
    },
  });
  const pump = await world.make('msdyn_customerasset', 'pump');
  const ids: string[] = [];
  for (const label of labels) ids.push(await world.device(label, { _ccs_customerasset_value: pump }));
  /** Whether it was done, and not cut short. */
  const during = async (fatal: Kill, work: () => Promise<unknown>): Promise<boolean> => {
    writes = 0;
    dies = fatal;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return false;
    } finally {
      if (dies && writes >= dies.at) doubts = true;
      dies = null;
    }
  };
  /** What each alert is answered with. */
  const alerts = new Map<string, string>();
  /** What the hub has to report, and what it ever had. */
  const reports: { id: string; word: string }[] = [];
  const told: typeof reports = [];
  const deleted = new Set<string>();
  const report = async (fatal: Kill) => {
    const [next] = reports;
    if (!next) return;
    const { deviceId } = world.hub.taken.find(({ messageId }) => messageId === next.id)!;
    // A report that was not dealt with comes again.
    const isDone = await during(fatal, async () =>
      world.report(JSON.stringify([reportOf(next.id, deviceId, next.word)])),
    );
    if (isDone) reports.shift();
  };
  let made = 0;
  const take = async (each: Step): Promise<void> => {
    if (each.does === 'post') {
      const alert = await world.alert(labels[each.device]!, (made += 1_000));
      const body = {
        msdyn_deviceid: labels[each.device],
        'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${alert})`,
        msdyn_sendtoallconnecteddevices: each.isForAll,
      };
      await during(each.kill, async () => {
        const answer = await world.post(body);
        if (answer.status === 204) alerts.set(alert, world.created(answer));
      });
    } else if (each.does === 'take') {
      const { messages } = world.queue;
      const [message] = messages.splice(each.which % Math.max(1, messages.length), 1);
      if (!message) return;
      if (each.keeps) messages.push(message);
      if (!(await during(each.kill, async () => workOnCommand(message, world.deps)))) messages.push(message);
    } else if (each.does === 'pass') {
      world.clock.now += each.seconds * 1_000;
      await during(each.kill, async () => takeUpCommands(world.deps));
    } else if (each.does === 'trouble') world.hub.faults.push(each.fault);
    else if (each.does === 'report') {
      const message = world.hub.taken[each.which % Math.max(1, world.hub.taken.length)];
      if (message) {
        const made = { id: message.messageId, word: each.word };
        reports.push(made);
        told.push(made);
      }
      await report(each.kill);
    } else {
      const commands = await all(world.records, table);
      const id = commands[each.which % Math.max(1, commands.length)]?.['msdyn_iotdevicecommandid'];
      if (!id) return;
      const { status } = await world.api.send('DELETE', `/msdyn_iotdevicecommands(${String(id)})`);
      if (status === 204) deleted.add(String(id));
      // It has copies, or is being sent.
      else expect([409, 412]).toContain(status);
    }
  };
  for (const each of steps) await take(each);
  world.hub.faults.length = 0;
  while (reports.length > 0) await report(null);
  await world.pass(14);
  return { world, ids, alerts, told, deleted, sends, doubts: () => doubts };
}

type Life = Awaited<ReturnType<typeof lead>>;

/** A message goes to the hub once, unless nobody can know whether it has it, and then not before the send has ended. */
function expectNoNeedlessSends({ sends, deleted, doubts }: Life, commands: readonly Command[]) {
  const known = new Set(commands.map(({ msdyn_iotdevicecommandid: id }) => id));
  for (const { id } of sends) expect(known.has(id) || deleted.has(id)).toBe(true);
  for (const id of new Set(sends.map((send) => send.id))) {
    const own = sends.filter((send) => send.id === id);
    if (!doubts()) expect(own.length).toBeLessThanOrEqual(1);
    own.slice(1).forEach(({ attempt, at }, i) => {
      expect(attempt).toBeGreaterThan(own[i]!.attempt);
      expect(at - own[i]!.at).toBeGreaterThanOrEqual(45_000);
    });
  }
}

function expectOutcome(command: Command, { sends, told, doubts }: Life) {
  const { msdyn_iotdevicecommandid: id, msdyn_commandstatus: status, ccs_feedback: feedback } = command;
  const isTaken = sends.some((send) => send.id === id);
  const words = told.filter((report) => report.id === id).map(({ word }) => word);
  if (words.length > 0 || (isTaken && !doubts())) expect(status).toBe(commandStatus.Sent);
  else if (!isTaken) expect(status).toBe(commandStatus.Error);
  else if (status !== commandStatus.Sent) {
    expect(status).toBe(commandStatus.Error);
    expect(command.msdyn_commandstatusreason).toMatch(/^It is not known whether it was sent/);
  }
  if (words.includes('Success')) expect(feedback).toBe(commandFeedback.Delivered);
  else expect([undefined, null, ...words.map((word) => commandFeedback[word as 'Expired'])]).toContain(feedback);
}

/** Device and alert show the command that was settled last. */
async function expectTold({ world, ids, alerts, deleted }: Life, commands: readonly Command[]) {
  for (const id of ids) {
    const device: Row = await world.read('msdyn_iotdevice', id);
    const own = commands.filter((command) => command._msdyn_device_value === id);
    const last = own
      .map(({ ccs_settledon: on }) => on!)
      .toSorted()
      .at(-1);
    if (last === undefined) continue;
    const shown = String(device['msdyn_lastcommandsenttime'] ?? '');
    expect(shown >= last).toBe(true);
    const latest = own.filter(({ ccs_settledon: on }) => on === shown).map((row) => row.msdyn_iotdevicecommandid);
    // Of one that was deleted, only the time is left.
    if (deleted.size === 0) expect(latest).toContain(device['_msdyn_lastcommandsent_value']);
  }
  for (const [alert, id] of alerts) {
    const command = commands.find((each) => each.msdyn_iotdevicecommandid === id);
    if (!command) continue;
    const isSent = command.msdyn_commandstatus === commandStatus.Sent;
    expect(await world.alertNow(alert)).toMatchObject({
      _msdyn_lastcommandsent_value: id,
      msdyn_lastcommandsenttime: command.ccs_settledon,
      statuscode: alertStatus[isSent ? 'In Progress - Command Sent' : 'In Progress - Command Failed'],
    });
  }
}

test('whatever happens on the way, every command ends, is sent no oftener than needed, and is told of', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 30 }), async (steps) => {
    const life = await lead(steps);
    const { world, deleted } = life;
    const commands = (await all(world.records, table)) as Command[];
    expect(await world.openWork.olderThan('command', Infinity, 9)).toEqual([]);
    expect(world.queue.messages).toEqual([]);
    expectNoNeedlessSends(life, commands);
    for (const command of commands) expectOutcome(command, life);
    await expectTold(life, commands);
    for (const { msdyn_sendtoallconnecteddevices: isForAll, msdyn_iotdevicecommandid: id } of commands) {
      if (!isForAll || deleted.size > 0) continue;
      const copies = commands.filter((command) => command._ccs_parentcommand_value === id);
      expect(copies.map(({ msdyn_deviceid: device }) => device)).toHaveLength(labels.length - 1);
    }
  });
  await fc.assert(property, { numRuns, seed, endOnFailure: false });
});
