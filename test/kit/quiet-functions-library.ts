/*
 * Import this before a file of functions/: the library warns that no Functions host is there, which in these tests is how
 * it should be. Everything else is still heard.
 */
const { warn } = console;

console.warn = (...words: unknown[]) => {
  if (!String(words[0]).includes('@azure/functions')) warn(...words);
};

export {};
