import type { Message } from 'azure-iot-common';
import type { Client } from 'azure-iothub';
import type { CommandFeedback } from '../../ports/command-feedback';
import { inTime, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';
import { closeQuietly, openServiceClient } from './service-client';

/** Milliseconds without a message after which there are no more. */
const quiet = 1_500;

/** Milliseconds after which the rest is left for the next time. */
const longest = 60_000;

/** The hub's feedback messages, over a connection that is open while they are taken. */
export function iotHubCommandFeedback(account: HubAccount): CommandFeedback {
  return {
    take: async (handle) => {
      const client = await openServiceClient(account);
      try {
        const box = await openBox(client);
        for (const end = Date.now() + longest; Date.now() < end;) {
          const message = await box.next();
          if (!message) return;
          await handle(Buffer.from(message.getBytes()).toString());
          await box.complete(message);
        }
      } finally {
        // What was not completed comes again.
        await closeQuietly(client);
      }
    },
  };
}

async function openBox(client: Client) {
  const waiting: Message[] = [];
  // With the callback, the listener is there before the first message, which may come right behind the link's answer.
  const opening = new Promise<Client.ServiceReceiver>((resolve, reject) => {
    client.getFeedbackReceiver((error, receiver) => {
      if (error || !receiver) return reject(error ?? new Error('no feedback receiver'));
      receiver.on('message', (message: Message) => waiting.push(message));
      // Without a listener, a connection that breaks while it is closed would end the process.
      receiver.on('error', () => undefined);
      resolve(receiver);
    });
  });
  const receiver = await inTime(opening).catch((error: unknown) => {
    throw unreachable(error);
  });
  return {
    next: async () => waiting.shift() ?? nextOf(receiver, waiting),
    complete: async (message: Message) =>
      inTime(
        new Promise<void>((resolve, reject) =>
          receiver.complete(message, (error) => (error ? reject(error) : resolve())),
        ),
      ),
  };
}

/** The next message, or undefined when it stays quiet. */
async function nextOf(receiver: Client.ServiceReceiver, waiting: Message[]): Promise<Message | undefined> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, quiet);
    receiver.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return waiting.shift();
}
