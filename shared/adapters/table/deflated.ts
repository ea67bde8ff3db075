import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync } from 'node:zlib';

// Level 1 is three times as fast as the default, and rows are a few kilobytes either way.
const level = 1;

/** Bytes from which on another thread is asked: for less, the way there and back keeps this one longer than the work would. */
const worthAnotherThread = 100_000;

const deflateElsewhere = promisify<Uint8Array, { level: number; chunkSize: number }, Buffer>(deflateRaw);

/** The pieces as one, compressed (raw DEFLATE). */
export async function deflated(pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const bytes = Buffer.concat(pieces);
  if (bytes.length < worthAnotherThread) return deflateRawSync(bytes, { level });
  // All that comes out in one piece, because each piece is a way there and back.
  return deflateElsewhere(bytes, { level, chunkSize: bytes.length });
}
