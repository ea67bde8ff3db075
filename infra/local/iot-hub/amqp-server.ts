import type { Socket } from 'node:net';
import { create_container } from 'rhea';
import type { Connection, EventContext, Message, Receiver, Sender, Session } from 'rhea';
import type { Grant } from './access';
import { bodyOf, data, idText, int } from './amqp-message';
import { atTime } from './at-time';
import { amqpError, HubError } from './errors';

/** One AMQP connection and who it may speak for. */
export interface Peer {
  /** By the audience the token was put for. */
  grants: ReadonlyMap<string, Grant>;
  close(): void;
  /** Runs when the connection is gone. */
  onGone(listener: () => void): void;
}

/** A kind of address: decides whether a link is its own, checks its right to be there and serves it. */
export interface AmqpService {
  /** The peer sends to us. Answers false when the address is not this service's. */
  incoming?(address: string, link: Receiver, peer: Peer): boolean;
  /** We send to the peer. */
  outgoing?(address: string, link: Sender, peer: Peer): boolean;
  /** A token was found good. */
  granted?(grant: Grant, peer: Peer): void;
}

export interface AmqpServerOptions {
  name: string;
  /** Checks a token that was put; throws when it is no good. */
  grant: (token: string) => Grant;
  services: AmqpService[];
  log: (line: string) => void;
}

const cbs = '$cbs';

/** Serves AMQP 1.0 on sockets it is given: connection, `$cbs` tokens, and links handed to the services. */
export function createAmqpServer({ name, grant, services, log }: AmqpServerOptions): (socket: Socket) => void {
  const container = create_container({ id: name, receiver_options: { autoaccept: false, credit_window: 500 } });
  const mechanisms = container.sasl_server_mechanisms as Record<string, unknown> & { enable_anonymous(): void };
  mechanisms.enable_anonymous();
  // The .NET libraries ask for this one; like ANONYMOUS it leaves the proof to $cbs.
  mechanisms['MSSBCBS'] = () => ({ outcome: true, start() {} });
  const peers = new Map<Connection, ReturnType<typeof createPeer>>();

  function attach(context: EventContext, kind: 'incoming' | 'outgoing'): void {
    const link = (kind === 'incoming' ? context.receiver : context.sender)!;
    const { peer, serveTokens } = peers.get(context.connection)!;
    const address = (kind === 'incoming' ? link.target?.address : link.source?.address) ?? '';
    try {
      if (address === cbs) serveTokens(context);
      else if (!services.some((service) => offer(service, kind, address, link, peer))) {
        throw new HubError('NotFound', `There is nothing at ${address}`);
      }
      link.set_source(link.source);
      link.set_target(link.target);
    } catch (error) {
      if (!(error instanceof HubError)) log(`AMQP: ${address} failed: ${String(error)}`);
      link.close(amqpError(error));
    }
  }

  function gone({ connection }: EventContext): void {
    peers.get(connection)?.gone();
    peers.delete(connection);
  }

  container.on('receiver_open', (context: EventContext) => attach(context, 'incoming'));
  container.on('sender_open', (context: EventContext) => attach(context, 'outgoing'));
  container.on('connection_close', gone);
  container.on('disconnected', gone);
  // A peer that breaks the protocol loses its connection, nothing else.
  for (const event of ['error', 'protocol_error']) {
    container.on(event, (error: unknown) => log(`AMQP: ${error instanceof Error ? error.message : 'protocol error'}`));
  }
  for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error'])
    container.on(event, () => {});

  return (socket) => {
    const connection = container.create_connection({ ...anyAddress, reconnect: false });
    peers.set(connection, createPeer(socket, grant, services, log));
    socket.setNoDelay(true);
    socket.on('close', () => {
      gone({ connection, container });
      connection['eof'](); // rhea sees "end" and "error" only; without them its timers would go on
    });
    forgiveLateDispositions(connection);
    connection['accept'](socket);
  };
}

/** A reader that leaves may settle what still reached it after it ended its session; rhea would cut the connection. */
function forgiveLateDispositions(connection: Connection): void {
  const sessions = connection['remote_channel_map'] as Record<number, unknown>;
  const handle = connection['on_disposition'] as (frame: { channel: number }) => void;
  connection['on_disposition'] = (frame: { channel: number }) => {
    if (sessions[frame.channel] !== undefined) handle.call(connection, frame);
  };
}

// The connection never dials: it is given its socket. The type wants an address all the same.
const anyAddress = { port: 0 };

function offer(
  service: AmqpService,
  kind: 'incoming' | 'outgoing',
  address: string,
  link: Receiver | Sender,
  peer: Peer,
) {
  if (kind === 'incoming') return service.incoming?.(address, link as Receiver, peer) ?? false;
  return service.outgoing?.(address, link as Sender, peer) ?? false;
}

function createPeer(
  socket: Socket,
  grant: (token: string) => Grant,
  services: AmqpService[],
  log: (line: string) => void,
) {
  const grants = new Map<string, Grant>();
  const expiries = new Map<string, () => void>();
  const listeners = new Set<() => void>();

  const peer: Peer = {
    grants,
    // Not with a close frame: the IoT SDKs would wait 45 s for the end of links that are gone already.
    close: () => void socket.destroy(),
    onGone: (listener) => void listeners.add(listener),
  };

  function putToken(message: Message): void {
    const audience = String(message.application_properties?.['name'] ?? '');
    const given = grant(bodyOf(message).toString('utf8'));
    grants.set(audience, given);
    expiries.get(audience)?.();
    expiries.set(
      audience,
      atTime(given.expires, () => {
        grants.delete(audience);
        log(`AMQP: a connection is cut: the token for ${audience} is expired`);
        peer.close();
      }),
    );
    for (const service of services) service.granted?.(given, peer);
  }

  return {
    peer,
    serveTokens({ receiver, sender, session }: EventContext): void {
      if (!receiver) return (replyLinks.set(session!, sender!), undefined);
      receiver.on('message', (context: EventContext) => {
        context.delivery!.accept();
        try {
          putToken(context.message!);
          respond(replyLinks.get(session!), context.message!, { status: 200, text: 'OK' });
        } catch (error) {
          const { condition, description } = amqpError(error);
          log(`AMQP: a token is refused: ${description}`);
          const status = error instanceof HubError ? error.status : 500;
          respond(replyLinks.get(session!), context.message!, { status, text: description, condition });
        }
      });
    },
    gone(): void {
      for (const stop of expiries.values()) stop();
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}

// Where the answers of a session's $cbs requests go.
const replyLinks = new WeakMap<Session, Sender>();

interface Response {
  status: number;
  text: string;
  condition?: string;
  body?: unknown;
}

/** Answers a request that came over a request link. */
export function respond(
  sender: Sender | undefined,
  request: Message,
  { status, text, condition, body }: Response,
): void {
  if (!sender?.is_open()) return;
  sender.send({
    correlation_id: idText(request.message_id),
    application_properties: {
      'status-code': int(status),
      'status-description': text,
      ...(condition && { 'error-condition': condition, errorCondition: condition }),
    },
    body: body ?? data(''),
  });
}
