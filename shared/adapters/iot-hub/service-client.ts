import { NoRetry } from 'azure-iot-common';
import { Client } from 'azure-iothub';
import { inTime, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';

/** An open AMQP connection of the hub's service side. Throws `hub-unreachable`. It does not try again by itself. */
export async function openServiceClient(account: HubAccount): Promise<Client> {
  const client =
    'connectionString' in account
      ? Client.fromConnectionString(account.connectionString)
      : Client.fromTokenCredential(account.hostName, account.credential);
  client.setRetryPolicy(new NoRetry());
  try {
    await inTime(client.open());
    return client;
  } catch (error) {
    await closeQuietly(client);
    throw unreachable(error);
  }
}

/** Closes a connection that nobody needs any more, whatever state it is in. */
export async function closeQuietly(client: Client): Promise<void> {
  await inTime(client.close(), 5_000).catch(() => undefined);
}
