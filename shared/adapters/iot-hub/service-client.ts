import { NoRetry } from 'azure-iot-common';
import { Client } from 'azure-iothub';
import { Amqp } from 'azure-iothub/dist/amqp.js';
import { Amqp as AmqpConnection } from 'azure-iothub/dist/common-amqp/amqp.js';
import { NotConnectedError, ServiceUnavailableError } from 'azure-iothub/dist/common-core/errors.js';
import { inTime, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';

type TransportConfig = ConstructorParameters<typeof Amqp>[0];

/**
 * When a connection breaks, the SDK hands these errors on as they are and makes each its own cause. It then follows the
 * causes to their end, for its debug log, and the process would die of that. So they keep no cause.
 */
for (const { prototype } of [NotConnectedError, ServiceUnavailableError]) {
  Object.defineProperty(prototype, 'amqpError', { get: () => undefined, set: () => {} });
}

/** An open AMQP connection of the hub's service side. Throws `hub-unreachable`. It does not try again by itself. */
export async function openServiceClient(account: HubAccount): Promise<Client> {
  const { client, transport } = createClient(account);
  // When the connection breaks while the hub looks at the token, the SDK never says whether it is open.
  const breaking = new Promise<never>((_, reject) => transport.once('disconnect', reject));
  try {
    await inTime(Promise.race([client.open(), breaking]));
    return client;
  } catch (error) {
    await closeQuietly(client);
    throw unreachable(error);
  }
}

function createClient(account: HubAccount): { client: Client; transport: Amqp } {
  let transport: Amqp;
  const create = function (this: unknown, config: TransportConfig) {
    // The SDK's own transport accepts what it receives at once, so that `complete` comes too late and a crash loses it.
    // This one leaves that to whoever receives.
    transport = new Amqp(config, new AmqpConnection(false));
    return transport;
  } as unknown as Client.TransportCtor;
  const client =
    'connectionString' in account
      ? Client.fromConnectionString(account.connectionString, create)
      : Client.fromTokenCredential(account.hostName, account.credential, create);
  client.setRetryPolicy(new NoRetry());
  return { client, transport: transport! };
}

/** Closes a connection that nobody needs any more, whatever state it is in. */
export async function closeQuietly(client: Client): Promise<void> {
  await inTime(client.close(), 5_000).catch(() => undefined);
}
