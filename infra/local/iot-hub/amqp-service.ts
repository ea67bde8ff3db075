import type { EventContext, Receiver, Sender } from 'rhea';
import { demand } from './access';
import { data, fromAmqp } from './amqp-message';
import type { AmqpService, Peer } from './amqp-server';
import type { CloudToDevice } from './cloud-to-device';
import { amqpError, HubError } from './errors';
import type { Feedback } from './feedback';

interface AmqpServiceOptions {
  commands: CloudToDevice;
  feedback: Feedback;
  log: (line: string) => void;
}

const feedbackType = 'application/vnd.microsoft.iothub.feedback.json';

/** What back ends do over AMQP: send messages to devices and read how they ended. */
export function createBackEnds({ commands, feedback, log }: AmqpServiceOptions): AmqpService {
  // One batch is out at a time, to one reader; the others wait until it is settled.
  let out: { sender: Sender; records: number } | undefined;
  const readers = new Set<Sender>();

  function send({ delivery, message }: EventContext): void {
    try {
      const deviceId = /^\/devices\/([^/]+)\/messages\/devicebound$/i.exec(message?.to ?? '')?.[1];
      if (deviceId === undefined)
        throw new HubError('ArgumentInvalid', `"${String(message?.to)}" is no device's address`);
      commands.enqueue(decodeURIComponent(deviceId), fromAmqp(message!));
      delivery!.accept();
    } catch (error) {
      if (!(error instanceof HubError)) log(`AMQP: a message could not be queued: ${String(error)}`);
      delivery!.reject(amqpError(error));
    }
  }

  function offer(): void {
    const next = out ? undefined : feedback.next();
    const sender = next && [...readers].find((reader) => reader.is_open() && reader.sendable());
    if (!next || !sender) return;
    out = { sender, records: next.records };
    sender.send({ content_type: feedbackType, body: data(next.body) });
  }

  function settled(sender: Sender, isTaken: boolean): void {
    if (out?.sender !== sender) return;
    if (isTaken) feedback.taken(out.records);
    out = undefined;
    setImmediate(offer);
  }

  feedback.onReport(offer);

  return {
    incoming(address: string, receiver: Receiver, peer: Peer) {
      if (address.toLowerCase() !== '/messages/devicebound') return false;
      authorize(peer);
      receiver.on('message', send);
      return true;
    },
    outgoing(address, sender, peer) {
      const box = /^\/messages\/servicebound\/(feedback|filenotifications)$/i.exec(address)?.[1];
      if (box === undefined) return false;
      authorize(peer);
      if (box.toLowerCase() !== 'feedback') return true; // files are not emulated: nothing ever comes
      readers.add(sender);
      const leave = () => {
        readers.delete(sender);
        settled(sender, false);
      };
      sender.on('sendable', () => process.nextTick(offer));
      sender.on('accepted', () => settled(sender, true));
      sender.on('rejected', () => settled(sender, true));
      sender.on('released', () => settled(sender, false)); // "modified" arrives as this, too
      sender.on('sender_close', leave);
      peer.onGone(leave);
      return true;
    },
  };
}

function authorize({ grants }: Peer): void {
  demand(
    [...grants.values()].find(({ rights, deviceId }) => deviceId === undefined && rights.includes('ServiceConnect')),
    'ServiceConnect',
  );
}
