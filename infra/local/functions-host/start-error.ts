/** The app, its settings or the command line is wrong: the message is one line for whoever started the host. */
export class StartError extends Error {
  override name = 'StartError';
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
