import { logText } from '../../domain/log-text';
import { logLines } from '../../model/log-lines';
import type { Log } from '../../ports/log';

/** Keeps what is written, with its level. */
export function memoryLog(): { log: Log; written: { level: string; text: string }[] } {
  const written: { level: string; text: string }[] = [];
  return { written, log: (line, ids) => void written.push({ level: logLines[line].level, text: logText(line, ids) }) };
}
