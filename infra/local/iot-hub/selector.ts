import type { EventLog } from './event-log';
import { HubError } from './errors';

const latest = '@latest';
const fields = {
  'x-opt-offset': 'offset',
  'x-opt-sequence-number': 'sequence',
  'x-opt-enqueued-time': 'time',
} as const;
const expression =
  /^amqp\.annotation\.(x-opt-offset|x-opt-sequence-number|x-opt-enqueued-time)\s*(>=?)\s*'?(@latest|-?\d+)'?$/;

/** The sequence number a reader begins with, given the filter of its link: `amqp.annotation.x-opt-offset > '-1'`. */
export function startOf(selector: string | undefined, log: EventLog): number {
  if (selector === undefined) return log.first;
  const match = expression.exec(selector.trim());
  if (!match) throw new HubError('ArgumentInvalid', `The filter "${selector}" is not understood`);
  const [, name, operator, text] = match;
  if (text === latest) return log.next;
  const field = fields[name as keyof typeof fields];
  const value = Number(text);
  checkRange(field, value, log);
  return log.find((position) => (operator === '>=' ? position[field] >= value : position[field] > value));
}

/** A position beyond the end is a checkpoint of another hub: to wait there would lose events without a word. */
function checkRange(field: 'offset' | 'sequence' | 'time', value: number, log: EventLog): void {
  if (field === 'time') return;
  const last = log.last?.[field] ?? -1;
  if (value <= last) return;
  const what = field === 'sequence' ? 'sequence number' : 'offset';
  throw new HubError(
    'ArgumentInvalid',
    `The supplied ${what} '${value}' is invalid. The last ${what} in the system is '${last}'`,
  );
}
