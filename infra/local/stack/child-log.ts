import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Where a child's output goes: a file, and the last few lines in memory for when it dies. */
export interface ChildLog {
  readonly path: string;
  write(line: string): void;
  lastLines(): readonly string[];
  close(): void;
}

const largest = 10 * 1024 * 1024;
const kept = 3;

/** Opens `<folder>/<name>.log`; what was there before is kept as `<name>.1.log`, also when the file grows too large. */
export function openLog(folder: string, name: string): ChildLog {
  const path = join(folder, `${name}.log`);
  const last: string[] = [];
  let file: number | undefined = start();
  let size = fstatSync(file).size;

  function start(): number {
    mkdirSync(folder, { recursive: true });
    if (existsSync(path)) renameSync(path, join(folder, `${name}.1.log`));
    return openSync(path, 'a');
  }

  return {
    path,
    write: (line) => {
      if (line.trim() !== '') last.push(line);
      if (last.length > kept) last.shift();
      if (file === undefined) return;
      size += writeSync(file, `${line}\n`);
      if (size < largest) return;
      closeSync(file);
      file = start();
      size = 0;
    },
    lastLines: () => last,
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
