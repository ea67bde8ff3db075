import { QueueClient } from '@azure/storage-queue';
import type { QueueSettings } from './host-json';

/** The text of a queue message as the host writes it. */
export function encodeMessage(text: string | Uint8Array, encoding: QueueSettings['messageEncoding']): string {
  return encoding === 'base64' ? Buffer.from(text).toString('base64') : Buffer.from(text).toString('utf8');
}

/** The content of a queue message, or undefined when it is not valid base64. */
export function decodeMessage(text: string, encoding: QueueSettings['messageEncoding']): Buffer | undefined {
  if (encoding === 'none') return Buffer.from(text);
  const compact = text.replaceAll(/\s/g, '');
  const isBase64 = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
  return isBase64 ? Buffer.from(compact, 'base64') : undefined;
}

/** Sends to a queue and creates it when it is missing. */
export async function sendMessage(connection: string, queueName: string, text: string): Promise<void> {
  const queue = new QueueClient(connection, queueName);
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}

export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
