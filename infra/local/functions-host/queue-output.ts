import { optionOf } from './binding';
import type { RegisteredFunction } from './functions-core';
import type { QueueSettings } from './host-json';
import { encodeMessage, sendMessage } from './queue-message';
import type { Binding, InvocationResponse, TypedData } from './rpc';
import { connectionString, resolveNames } from './settings';

/** Sends what a function returned or set for its outputs of type `queue`: one message, or one per item of an array. */
export async function writeQueueOutputs(
  { metadata }: RegisteredFunction,
  response: InvocationResponse,
  encoding: QueueSettings['messageEncoding'],
): Promise<void> {
  for (const [name, binding] of Object.entries(metadata.bindings)) {
    if (binding.direction !== 'out' || binding.type.toLowerCase() !== 'queue') continue;
    const data =
      name === '$return' ? response.returnValue : response.outputData?.find((output) => output.name === name)?.data;
    if (data) await send(binding, `Function "${metadata.name}", output "${name}"`, data, encoding);
  }
}

async function send(
  binding: Binding,
  where: string,
  data: TypedData,
  encoding: QueueSettings['messageEncoding'],
): Promise<void> {
  const connection = connectionString(optionOf(binding, 'connection'), where);
  const queueName = resolveNames(optionOf(binding, 'queueName'), where);
  for (const message of messagesOf(data)) await sendMessage(connection, queueName, encodeMessage(message, encoding));
}

function messagesOf(data: TypedData): (string | Uint8Array)[] {
  if (data.bytes) return [data.bytes];
  if (typeof data.string === 'string') return [data.string];
  if (typeof data.json === 'string') {
    const value = JSON.parse(data.json) as unknown;
    if (!Array.isArray(value)) return [data.json];
    return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  }
  return [String(data.int ?? data.double ?? '')];
}
