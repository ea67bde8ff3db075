import { setTimeout as sleep } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { Listener } from './event-hub-trigger';
import { optionOf, triggerOf } from './binding';
import type { RegisteredFunction } from './functions-core';
import type { QueueSettings } from './host-json';
import type { Invoker } from './invocation';
import type { Log } from './log';
import { decodeMessage, isMissing, sendMessage } from './queue-message';
import type { InvocationRequest } from './rpc';
import { connectionString, resolveNames } from './settings';
import { messageOf } from './start-error';

// As the real listener: a message is hidden for ten minutes and its lease renewed halfway while the function runs.
const hiddenSeconds = 600;
const firstPauseMs = 100;

export interface QueueTrigger extends Listener {
  /** Runs the function once with this text, as if it had been a message. */
  run(input: string): Promise<void>;
}

export interface QueueTriggerOptions {
  target: RegisteredFunction;
  invoker: Invoker;
  settings: QueueSettings;
  log: Log;
}

/**
 * Polls a storage queue. A message whose function throws becomes visible again after `visibilityTimeout`; after
 * `maxDequeueCount` tries it is moved to `<queue>-poison`. A queue of that name has none itself: what fails there stays,
 * hidden for the rest of the ten minutes, and comes again, as with the real listener.
 */
export function createQueueTrigger({ target, invoker, settings, log }: QueueTriggerOptions): QueueTrigger {
  const { name: bindingName, binding } = triggerOf(target);
  const where = `Function "${target.metadata.name}"`;
  const queueName = resolveNames(optionOf(binding, 'queueName'), where);
  const hasPoison = !queueName.endsWith('-poison');
  const stopping = new AbortController();
  let connection = '';
  let queue: QueueClient;
  let polling: Promise<void> = Promise.resolve();
  const handling = new Set<Promise<void>>();
  let wake = (): void => undefined;

  async function start(): Promise<void> {
    connection = connectionString(optionOf(binding, 'connection'), where);
    queue = new QueueClient(connection, queueName);
    polling = poll();
  }

  async function poll(): Promise<void> {
    let pauseMs = firstPauseMs;
    let told = '';
    while (!stopping.signal.aborted) {
      if (handling.size > settings.newBatchThreshold) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const messages = await receive().catch((error: unknown) => {
        const text = `${target.metadata.name}: queue ${queueName} cannot be read, trying again: ${messageOf(error)}`;
        if (text !== told) log('warning', 'Host', text);
        told = text;
        return [];
      });
      messages.forEach(begin);
      pauseMs = messages.length > 0 ? firstPauseMs : Math.min(pauseMs * 2, settings.maxPollingIntervalMs);
      if (messages.length === 0) await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  async function receive(): Promise<DequeuedMessageItem[]> {
    try {
      const options = { numberOfMessages: settings.batchSize, visibilityTimeout: hiddenSeconds };
      return (await queue.receiveMessages({ ...options, abortSignal: stopping.signal })).receivedMessageItems;
    } catch (error) {
      if (isMissing(error) || stopping.signal.aborted) return [];
      throw error;
    }
  }

  function begin(message: DequeuedMessageItem): void {
    const handled = handle(message).finally(() => {
      handling.delete(handled);
      wake();
    });
    handling.add(handled);
  }

  async function handle(message: DequeuedMessageItem): Promise<void> {
    let { popReceipt } = message;
    const renewal = setInterval(
      () => {
        void queue.updateMessage(message.messageId, popReceipt, undefined, hiddenSeconds).then(
          (renewed) => (popReceipt = renewed.popReceipt ?? popReceipt),
          (error: unknown) =>
            log(
              'warning',
              'Host',
              `${target.metadata.name}: lease of ${message.messageId} not renewed: ${messageOf(error)}`,
            ),
        );
      },
      (hiddenSeconds / 2) * 1000,
    );
    try {
      await settle(message, await succeeded(message), () => popReceipt);
    } catch (error) {
      log(
        'warning',
        'Host',
        `${target.metadata.name}: message ${message.messageId} may come again: ${messageOf(error)}`,
      );
    } finally {
      clearInterval(renewal);
    }
  }

  async function succeeded(message: DequeuedMessageItem): Promise<boolean> {
    const content = decodeMessage(message.messageText, settings.messageEncoding);
    if (!content) {
      log(
        'error',
        'Host',
        `${target.metadata.name}: message ${message.messageId} is not base64; host.json extensions.queues.messageEncoding`,
      );
      return false;
    }
    return invoker.invoke(target, toRequest(content, message)).then(
      () => true,
      () => false,
    );
  }

  async function settle(message: DequeuedMessageItem, isDone: boolean, popReceipt: () => string): Promise<void> {
    const { messageId, messageText, dequeueCount } = message;
    if (!isDone && !hasPoison) return;
    if (!isDone && dequeueCount < settings.maxDequeueCount) {
      await queue.updateMessage(messageId, popReceipt(), messageText, settings.visibilityTimeoutMs / 1000);
      return;
    }
    if (!isDone) {
      await sendMessage(connection, `${queueName}-poison`, messageText);
      log(
        'error',
        'Host',
        `${target.metadata.name}: message ${messageId} failed ${dequeueCount} times and was moved to ${queueName}-poison`,
      );
    }
    await queue.deleteMessage(messageId, popReceipt());
  }

  function toRequest(content: Buffer, message: DequeuedMessageItem): InvocationRequest {
    const isBinary = binding.dataType?.toLowerCase() === 'binary';
    const text = content.toString('utf8');
    return {
      inputData: [{ name: bindingName, data: isBinary ? { bytes: content } : { string: text } }],
      triggerMetadata: {
        QueueTrigger: { string: text },
        DequeueCount: { int: message.dequeueCount },
        Id: { string: message.messageId },
        PopReceipt: { string: message.popReceipt },
        ExpirationTime: { json: JSON.stringify(message.expiresOn) },
        InsertionTime: { json: JSON.stringify(message.insertedOn) },
        NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
      },
    };
  }

  return {
    start,
    run: async (input) => {
      const now = new Date();
      const times = { insertedOn: now, expiresOn: now, nextVisibleOn: now };
      const message = { messageId: 'admin', popReceipt: '', messageText: input, dequeueCount: 1, ...times };
      await invoker.invoke(target, toRequest(Buffer.from(input), message));
    },
    stop: async () => {
      stopping.abort();
      wake();
      await polling;
      await Promise.all(handling);
    },
  };
}
