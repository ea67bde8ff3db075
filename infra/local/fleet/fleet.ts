import type { Connection, Telemetry } from './connection';
import { seededRandom } from './random';
import type { Random } from './random';
import { createThermostat, nextStep } from './thermostat';
import type { Pace, Reading, Thermostat } from './thermostat';

/** What a fleet has done so far. */
export interface FleetFigures {
  devices: number;
  online: number;
  sent: number;
  /** Messages the hub did not take, or not in time. */
  failed: number;
}

interface FleetOptions {
  ids: readonly string[];
  pace: Pace;
  seed: number;
  connect: (id: string, random: Random) => Connection;
  now: () => number;
}

export interface Fleet {
  /** From now on the devices speak; until then they only connect. */
  start(): void;
  /** Lets every device whose time has come speak; to be called every few milliseconds. */
  tick(): void;
  figures(): FleetFigures;
  close(): Promise<void>;
}

interface Member {
  id: string;
  thermostat: Thermostat;
  random: Random;
  connection: Connection;
  due: number;
  last?: Telemetry;
}

// A device with this many unanswered messages waits: a slow hub slows the fleet down instead of filling the memory.
const mostInFlight = 50;

/** Thermostats on their connections. One clock drives them all, so that a thousand need no thousand timers. */
export function createFleet({ ids, pace, seed, connect, now }: FleetOptions): Fleet {
  const members = ids.map((id, index): Member => {
    const random = seededRandom(seed + index);
    const thermostat = createThermostat(index, pace);
    // Connections draw from numbers of their own: how often they break must not change what is measured.
    return { id, thermostat, random, connection: connect(id, seededRandom(~seed - index)), due: Infinity };
  });
  let sent = 0;
  let failed = 0;

  function speak(member: Member, time: number): void {
    const step = nextStep(member.thermostat, pace, member.random);
    member.thermostat = step.next;
    // After a pause (offline, or a busy machine) a device goes on from now on; it does not make up for it.
    member.due = Math.max(member.due + step.wait, time - 1000);
    if (step.kind === 'read') member.last = telemetry(member.id, step.reading, time);
    if (!member.last) return;
    void count(member.connection.send(member.last));
  }

  async function count(sending: Promise<boolean>): Promise<void> {
    if (await sending) sent += 1;
    else failed += 1;
  }

  return {
    start: () => {
      const spread = pace.storm ? pace.repeat : pace.interval;
      for (const [index, member] of members.entries()) member.due = now() + (spread * index) / members.length;
    },
    tick: () => {
      const time = now();
      for (const member of members) {
        if (!member.connection.online) member.due = Math.max(member.due, time);
        else while (member.due <= time && member.connection.inFlight < mostInFlight) speak(member, time);
      }
    },
    figures: () => {
      const online = members.filter(({ connection }) => connection.online).length;
      return { devices: members.length, online, sent, failed };
    },
    close: async () => {
      await Promise.all(members.map(({ connection }) => connection.close()));
    },
  };
}

/** The message format of the sample telemetry job of Connected Customer Service. */
function telemetry(id: string, { temperature, humidity, token }: Reading, time: number): Telemetry {
  const body = { DeviceID: id, Temperature: temperature, Humidity: humidity, EventToken: token };
  return { messageId: token, body: JSON.stringify({ ...body, time: new Date(time).toISOString() }) };
}
