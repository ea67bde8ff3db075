/** Something the person at the keyboard can put right, said in one line. */
export class StartError extends Error {
  override name = 'StartError';
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replaceAll(/\s*\n\s*/g, ' ');
}
