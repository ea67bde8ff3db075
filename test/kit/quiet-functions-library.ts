/**
 * Import this before a file of functions/: the library warns that no Functions host is there, which in these tests is how
 * it should be. Everything else is still heard.
 */
export const hushed = hush('@azure/functions');

function hush(topic: string): string {
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes(topic)) warn(...words);
  };
  return topic;
}
