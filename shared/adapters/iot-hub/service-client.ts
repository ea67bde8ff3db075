import { NoRetry } from 'azure-iot-common';
import { Client } from 'azure-iothub';
import { Amqp } from 'azure-iothub/dist/amqp.js';
import { Amqp as AmqpConnection } from 'azure-iothub/dist/common-amqp/amqp.js';
import { inTime, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';

type TransportConfig = ConstructorParameters<typeof Amqp>[0];

/** An open AMQP connection of the hub's service side. Throws `hub-unreachable`. It does not try again by itself. */
export async function openServiceClient(account: HubAccount): Promise<Client> {
  const client =
    'connectionString' in account
      ? Client.fromConnectionString(account.connectionString, transport)
      : Client.fromTokenCredential(account.hostName, account.credential, transport);
  client.setRetryPolicy(new NoRetry());
  try {
    await inTime(client.open());
    return client;
  } catch (error) {
    await closeQuietly(client);
    throw unreachable(error);
  }
}

/**
 * The SDK's own transport accepts what it receives at once, so that `complete` comes too late and a crash loses it.
 * This one leaves that to whoever receives.
 */
const transport = function (this: unknown, config: TransportConfig) {
  return new Amqp(config, new AmqpConnection(false));
} as unknown as Client.TransportCtor;

/** Closes a connection that nobody needs any more, whatever state it is in. */
export async function closeQuietly(client: Client): Promise<void> {
  await inTime(client.close(), 5_000).catch(() => undefined);
}
