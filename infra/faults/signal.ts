import { isRunning } from '../local/processes';

/** Freezes a process or lets it go on; nothing happens when it is gone. */
export function signal(pid: number | undefined, name: 'SIGSTOP' | 'SIGCONT'): void {
  if (pid !== undefined && isRunning(pid)) process.kill(pid, name);
}
