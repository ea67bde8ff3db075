import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFully } from './journal';

/** Where an event stands in its partition. */
export interface Position {
  /** 0, 1, 2, ... without gaps. */
  sequence: number;
  /** Bytes written before it; grows, but not by one. */
  offset: number;
  /** When it was enqueued, in milliseconds since 1970. */
  time: number;
}

export interface StoredEvent extends Position {
  /** The event as an encoded AMQP message. */
  message: Buffer;
}

/** One partition of the event hub: an ordered log on disk that forgets its oldest part. */
export interface EventLog {
  /** Adds an event; `stored` is called when it is in the file, and readers see it from then on. */
  append(encode: (position: Position) => Buffer, stored: () => void): void;
  /** The event with this sequence number, or undefined when it is gone or not there yet. */
  read(sequence: number): StoredEvent | undefined;
  /** The oldest event still kept; equals `next` when there is none. */
  readonly first: number;
  /** The number the next event gets. */
  readonly next: number;
  /** The newest event that was ever stored, even when it is gone by now. */
  readonly last: Position | undefined;
  /** The number of the first event for which the test holds; the test must hold for all later ones, too. */
  find(test: (position: Position) => boolean): number;
  /** Calls back after events were stored, until the returned function is called. */
  onStored(listener: () => void): () => void;
  close(): void;
}

interface EventLogOptions {
  now: () => number;
  /** Bytes after which a new file is begun. */
  segmentBytes?: number;
  /** Files that are kept; the oldest is deleted when there are more. */
  segments?: number;
}

/** One file: `<first sequence>-<first offset>.log`, records back to back. */
interface Segment {
  path: string;
  first: number;
  base: number;
  bytes: number;
  /** Present while it is worth its memory. */
  events?: StoredEvent[];
}

// A record: length of the message (4 bytes), sequence number and time (8 each, as doubles), the message.
const header = 20;
// Segments kept in memory besides the one being written: readers work near the end, or all at one place behind.
const cached = 2;

/** Opens the log in a folder. A record torn at the very end is cut off; any other damage is an error. */
export function openEventLog(folder: string, options: EventLogOptions): EventLog {
  const { now, segmentBytes = 4 * 1024 * 1024, segments: kept = 16 } = options;
  mkdirSync(folder, { recursive: true });
  const segments = filesIn(folder);
  const recent: Segment[] = [];
  const listeners = new Set<() => void>();
  let waiting: { position: Position; record: Buffer; stored: () => void }[] = [];

  if (segments.length === 0) segments.push(newSegment(0, 0));
  for (const [index, { base, bytes }] of segments.slice(0, -1).entries()) {
    if (base + bytes !== segments[index + 1]!.base) throw damaged(segments[index]!);
  }
  let active = segments.at(-1)!;
  let descriptor = openSync(active.path, 'a+');
  active.events = recover(active, descriptor);
  let next = active.first + active.events.length;
  let end = active.base + active.bytes;
  let last = newest();
  let latest = last?.time ?? 0;

  function newest(): Position | undefined {
    const event = active.events!.at(-1) ?? (segments.length > 1 ? load(segments.at(-2)!).at(-1) : undefined);
    return event && { sequence: event.sequence, offset: event.offset, time: event.time };
  }

  function append(encode: (position: Position) => Buffer, stored: () => void): void {
    // Time never runs backwards within a partition, whatever the clock does: readers search by it.
    const position = { sequence: next + waiting.length, offset: end, time: Math.max(now(), latest) };
    const record = recordOf(position, encode(position));
    end += record.length;
    latest = position.time;
    waiting.push({ position, record, stored });
    if (waiting.length === 1) setImmediate(flush);
  }

  /** One write for all that came in during one turn of the event loop. */
  function flush(): void {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    const bytes = Buffer.concat(batch.map(({ record }) => record));
    writeFully(descriptor, bytes);
    let at = 0;
    for (const { position, record } of batch) {
      // Events share the buffer that was written, so that memory holds them once and without gaps.
      const message = bytes.subarray(at + header, at + record.length);
      active.events!.push({ ...position, message });
      at += record.length;
    }
    active.bytes += bytes.length;
    next += batch.length;
    last = newest();
    if (active.bytes >= segmentBytes) roll();
    for (const entry of batch) entry.stored();
    for (const listener of listeners) listener();
  }

  function roll(): void {
    closeSync(descriptor);
    remember(active);
    active = newSegment(next, end);
    active.events = [];
    segments.push(active);
    descriptor = openSync(active.path, 'a+');
    while (segments.length > kept) {
      const oldest = segments.shift()!;
      rmSync(oldest.path, { force: true });
      forget(oldest);
    }
  }

  function newSegment(first: number, base: number): Segment {
    return { path: join(folder, `${padded(first)}-${padded(base)}.log`), first, base, bytes: 0 };
  }

  function read(sequence: number): StoredEvent | undefined {
    if (sequence >= active.first) return active.events![sequence - active.first];
    const segment = segments.findLast((candidate) => candidate.first <= sequence);
    return segment && load(segment)[sequence - segment.first];
  }

  function load(segment: Segment): StoredEvent[] {
    if (segment === active) return active.events!;
    segment.events ??= whole(segment, segments[segments.indexOf(segment) + 1]?.first);
    remember(segment);
    return segment.events;
  }

  function remember(segment: Segment): void {
    if (recent[0] === segment) return;
    forget(segment, true);
    recent.unshift(segment);
    for (const old of recent.splice(cached)) old.events = undefined;
  }

  function forget(segment: Segment, keepEvents = false): void {
    const index = recent.indexOf(segment);
    if (index >= 0) recent.splice(index, 1);
    if (!keepEvents) segment.events = undefined;
  }

  function find(test: (position: Position) => boolean): number {
    for (let index = segments.length - 1; index >= 0; index--) {
      const events = load(segments[index]!);
      if (index > 0 && (events.length === 0 || test(events[0]!))) continue;
      const found = events.findIndex(test);
      return found >= 0 ? events[found]!.sequence : (segments[index + 1]?.first ?? next);
    }
    return next;
  }

  return {
    append,
    read,
    find,
    get first() {
      return segments[0]!.first;
    },
    get next() {
      return next;
    },
    get last() {
      return last;
    },
    onStored(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      flush();
      closeSync(descriptor);
    },
  };
}

function filesIn(folder: string): Segment[] {
  return readdirSync(folder)
    .filter((name) => /^\d+-\d+\.log$/.test(name))
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const [first = 0, base = 0] = basename(name, '.log').split('-').map(Number);
      return { path, first, base, bytes: statSync(path).size };
    });
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}

function recordOf({ sequence, time }: Position, message: Buffer): Buffer {
  const record = Buffer.allocUnsafe(header + message.length);
  record.writeUInt32BE(message.length, 0);
  record.writeDoubleBE(sequence, 4);
  record.writeDoubleBE(time, 12);
  message.copy(record, header);
  return record;
}

/** Reads the file that was being written last, and cuts off what a killed process left unfinished. */
function recover(segment: Segment, descriptor: number): StoredEvent[] {
  const { events, bytes } = parse(segment);
  if (bytes < segment.bytes) ftruncateSync(descriptor, bytes);
  segment.bytes = bytes;
  return events;
}

function whole(segment: Segment, following: number | undefined): StoredEvent[] {
  const { events, bytes } = parse(segment);
  if (bytes !== segment.bytes || segment.first + events.length !== following) throw damaged(segment);
  return events;
}

function parse(segment: Segment): { events: StoredEvent[]; bytes: number } {
  const content = readFileSync(segment.path);
  const events: StoredEvent[] = [];
  let at = 0;
  while (at + header <= content.length) {
    const start = at + header;
    const stop = start + content.readUInt32BE(at);
    if (stop > content.length) break;
    const sequence = content.readDoubleBE(at + 4);
    if (sequence !== segment.first + events.length) throw damaged(segment);
    const time = content.readDoubleBE(at + 12);
    events.push({ sequence, offset: segment.base + at, time, message: content.subarray(start, stop) });
    at = stop;
  }
  return { events, bytes: at };
}

function damaged(segment: Segment): Error {
  return new Error(`${segment.path} is damaged; move its folder away to start afresh`);
}
