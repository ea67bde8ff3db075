import type { DeviceFacts } from '../domain/device-facts';
import { groupKeyOf } from '../domain/group-key';
import type { KeyColumn } from '../domain/group-key';
import { shardOf } from '../domain/ids';
import type { IncomingAlert } from '../domain/incoming';
import { parseRules } from '../domain/rules';
import type { Rule } from '../domain/rules';
import { factsOf } from './known-device';
import type { KnownDevice } from './known-device';

/** A group of alerts, and what is known of the device that raised them. */
interface Grouped {
  groupKey: string;
  shard: number;
  device: DeviceFacts | null;
}

/** The devices that a batch is from, as far as they are known. */
export interface Senders {
  rulesOf(deviceId: string): readonly Rule[];
  groupOf(alert: IncomingAlert): Grouped;
}

/** What alerts of one group have in common beside their device, whatever columns groups are made of. */
type Kind = Pick<IncomingAlert, 'type' | 'readingType' | 'ruleOutput'>;

interface Sender {
  known: KnownDevice | undefined;
  device: DeviceFacts | null;
  groups: (Kind & Grouped)[];
}

/** Devices repeat themselves: rules and group keys are worked out once for each kind of alert that a device raises. */
export function sendersOf(known: ReadonlyMap<string, KnownDevice>, groupBy: readonly KeyColumn[]): Senders {
  const senders = new Map<string, Sender>();

  const senderOf = (deviceId: string): Sender => {
    const sender = senders.get(deviceId);
    if (sender) return sender;
    const device = known.get(deviceId);
    const made = { known: device, device: device ? factsOf(device) : null, groups: [] };
    senders.set(deviceId, made);
    return made;
  };

  return {
    rulesOf: (deviceId) => rulesOf(senderOf(deviceId).known),
    groupOf: (alert) => {
      const { type, readingType, ruleOutput } = alert;
      const { groups, known: device, device: facts } = senderOf(alert.deviceId);
      for (const group of groups) {
        if (group.type === type && group.readingType === readingType && group.ruleOutput === ruleOutput) return group;
      }
      const groupKey = keyOf(alert, device, groupBy);
      const group = { type, readingType, ruleOutput, groupKey, shard: shardOf(groupKey), device: facts };
      if (groups.length < kindsKept) groups.push(group);
      return group;
    },
  };
}

/** The rules of a device's category; none when they cannot be read. */
function rulesOf(known: KnownDevice | undefined): readonly Rule[] {
  const parsed = parseRules(known?.category?.ccs_rules);
  return parsed.kind === 'ok' ? parsed.rules : [];
}

/** A device that never repeats itself must not make a batch slow. */
const kindsKept = 16;

function keyOf(alert: IncomingAlert, known: KnownDevice | undefined, groupBy: readonly KeyColumn[]): string {
  const columns = {
    msdyn_deviceid: alert.deviceId,
    msdyn_alerttype: alert.type,
    ccs_readingtype: alert.readingType,
    ccs_ruleoutput: alert.ruleOutput,
  };
  return groupKeyOf(groupBy, { alert: columns, device: known?.device, category: known?.category }, alert.deviceId);
}
