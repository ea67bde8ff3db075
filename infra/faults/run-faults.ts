import { setMaxListeners } from 'node:events';
import { seededRandom } from '../local/fleet/random';
import { webApi } from '../local/web-api';
import { unrulyPartition } from './deliveries';
import type { UnrulyPartition } from './deliveries';
import { newHistory, noteAcknowledged, noteSent } from './history';
import type { History } from './history';
import { isBeyondRepair, isClean, judge } from './judge';
import type { Verdict } from './judge';
import { observe } from './observe';
import { createScene } from './scene';
import type { Envelope, Scene } from './scene';
import { connectGateways } from './senders';
import type { Gateways } from './senders';
import { startSystem } from './system';
import type { HurtSystem } from './system';
import { torment } from './torments';
import type { Torment } from './torments';

export interface FaultsOptions {
  /** How long to go on; the round that has begun is finished. */
  seconds: number;
  seed: number;
  which: readonly Torment[];
  /** Seconds after a round within which everything must have settled. */
  patience: number;
  /** Folder of the app that is hurt: host.json, package.json and dist. */
  app: string;
  /** Folder for everything that is written. */
  data: string;
  say: (line: string) => void;
}

export interface FaultsResult extends Verdict {
  kills: number;
  seed: number;
}

/** What lasts from round to round. */
interface Run {
  options: FaultsOptions;
  system: HurtSystem;
  gateways: Gateways;
  partitions: readonly UnrulyPartition[];
  everything: History;
  kills: number;
}

const roundSeconds = 20;
/** Partitions that are delivered by us, beside those of the hub. */
const unruly = ['100', '101'];

/**
 * Runs the system round by round, hurts it, and after each round holds what is there against what was acknowledged.
 * Ends with the first round that is not clean. In the end everything is looked at once more: what came late counts too.
 */
export async function runFaults(options: FaultsOptions): Promise<FaultsResult> {
  const system = await startSystem(options.data, options.app);
  const gateways = await connectGateways(system.hub);
  const partitions = unruly.map((partition) => unrulyPartition(partition, system.hosts));
  const run: Run = { options, system, gateways, partitions, everything: newHistory(), kills: 0 };
  try {
    const verdict = await runRounds(run);
    return { ...verdict, kills: run.kills, seed: options.seed };
  } finally {
    await gateways.close();
    await system.end();
  }
}

async function runRounds(run: Run): Promise<Verdict> {
  const began = Date.now();
  for (let number = 1; number === 1 || Date.now() - began < run.options.seconds * 1000; number += 1) {
    const verdict = await runRound(run, number);
    if (!isClean(verdict)) return verdict;
  }
  return judge(run.everything, await observe(await run.system.url(), began));
}

async function runRound(run: Run, number: number): Promise<Verdict> {
  const { system, gateways, partitions, everything, options } = run;
  const { seed, seconds, patience, which } = options;
  const started = Date.now();
  const random = seededRandom(seed * 1_000 + number);
  const scene = createScene({ name: `s${seed}-r${number}`, now: started, random });
  await createDevices(system, scene);
  const history = newHistory();
  const histories = [history, everything];
  for (const { deviceId, hasAccount } of scene.devices) {
    for (const one of histories) one.devices.set(deviceId, { hasAccount });
  }
  const length = Math.min(roundSeconds, seconds) * 1000;
  const until = AbortSignal.timeout(length);
  const giveUp = AbortSignal.timeout(length + patience * 1000);
  setMaxListeners(0, until, giveUp);
  const sent = (envelope: Envelope) => histories.forEach((one) => noteSent(one, envelope));
  const acknowledged = (envelope: Envelope) => histories.forEach((one) => noteAcknowledged(one, envelope));
  const blocked = (what: string) => histories.forEach((one) => one.blocked.push(what));
  const sending = { next: scene.next, random, until, giveUp, sent, acknowledged, blocked };
  await Promise.all([
    torment(system, { which, seed: seed * 1_000 + number, until, onKill: () => void (run.kills += 1) }),
    gateways.speak(sending),
    ...partitions.map((partition) => partition.run(sending)),
  ]);
  const verdict = await settled(system, history, started, giveUp);
  const words = isClean(verdict) ? 'clean' : `${verdict.complaints.length} complaints`;
  const time = ((Date.now() - started - length) / 1000).toFixed(1);
  options.say(`Round ${number}: ${verdict.acknowledged} alerts, ${run.kills} kills, settled in ${time} s, ${words}`);
  return verdict;
}

/** Looks again and again until nothing is wrong, until nothing can make it good any more, or until the time is over. */
async function settled(system: HurtSystem, history: History, since: number, giveUp: AbortSignal): Promise<Verdict> {
  for (;;) {
    const verdict = judge(history, await observe(await system.url(), since));
    if (isClean(verdict) || isBeyondRepair(verdict) || giveUp.aborted) return verdict;
    await new Promise((wait) => setTimeout(wait, 500));
  }
}

const account = 'fa170000-0000-4000-8000-000000000001';

async function createDevices(system: HurtSystem, { devices }: Scene): Promise<void> {
  const api = webApi(await system.url(), '');
  await api.create('accounts', { accountid: account, name: 'Faults' });
  await Promise.all(
    devices.map(({ deviceId, hasAccount }) =>
      api.create('msdyn_iotdevices', {
        msdyn_name: deviceId,
        msdyn_deviceid: deviceId,
        ...(hasAccount && { 'msdyn_Account@odata.bind': `/accounts(${account})` }),
      }),
    ),
  );
}
