import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** Facts, in the order they became true. What was appended survives a killed process. */
export interface Journal<Fact> {
  append(fact: Fact): void;
  /** Rewrites the file as the present state and lets go of it. */
  close(): void;
}

interface JournalOptions<Fact> {
  /** Takes in one fact of an earlier run. */
  restore: (fact: Fact) => void;
  /** The shortest list of facts that leads to the present state. */
  snapshot: () => Iterable<Fact>;
  /** The file is rewritten when it has grown by this many bytes and to twice its size. */
  slack?: number;
}

/**
 * Opens a file of JSON lines: replays it, rewrites it as a snapshot, and appends to it from then on. A last line
 * without its line feed was being written when the process was killed; nobody was told it succeeded, so it is dropped.
 * Any other line that cannot be read is an error.
 */
export function openJournal<Fact>(path: string, options: JournalOptions<Fact>): Journal<Fact> {
  const { restore, snapshot, slack = 8 * 1024 * 1024 } = options;
  let descriptor: number | undefined;
  let size = 0;
  let compactAt = 0;

  if (existsSync(path)) replay();
  compact();

  function replay(): void {
    const lines = readFileSync(path, 'utf8').split('\n');
    lines.pop(); // empty after the last line feed, or torn
    for (const [index, line] of lines.entries()) {
      try {
        restore(JSON.parse(line) as Fact);
      } catch (error) {
        throw new Error(`${path} is damaged in line ${index + 1}; move it away to start afresh`, { cause: error });
      }
    }
  }

  function compact(): void {
    let text = '';
    for (const fact of snapshot()) text += `${JSON.stringify(fact)}\n`;
    if (descriptor !== undefined) closeSync(descriptor);
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
    descriptor = openSync(path, 'a');
    size = Buffer.byteLength(text);
    compactAt = Math.max(size * 2, size + slack);
  }

  return {
    append(fact) {
      const line = Buffer.from(`${JSON.stringify(fact)}\n`);
      writeFully(descriptor, line);
      size += line.length;
      if (size > compactAt) compact();
    },
    close() {
      compact();
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** `write` may take less than it was given. */
export function writeFully(descriptor: number | undefined, bytes: Buffer): void {
  if (descriptor === undefined) throw new Error('The journal is closed');
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}
