import type { LogId, LogLineName } from '../model/log-lines';

export type LogIds = Readonly<Partial<Record<LogId, string | number | null | undefined>>>;

/** Writes a line into the log. Never fails. */
export type Log = (line: LogLineName, ids?: LogIds) => void;
