/*
 * Texts as they can be kept. Half of a surrogate pair, as is left of an emoji that was cut in two, cannot be written as UTF-8,
 * and control characters other than line breaks and tabs break clients.
 */

/** Texts that have nothing of this need not be looked at more closely, and few have. */
const suspicious = /[^\t\n\r -~\u0080-\ud7ff\ue000-\uffff]/;

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unclean = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/u;
const everyUnclean = new RegExp(unclean, 'gu');

export function isClean(text: string): boolean {
  return !suspicious.test(text) || !unclean.test(text);
}

/** The text with what cannot be kept written as JSON writes it, like `\ud83d`: different texts stay different. */
export function cleaned(text: string): string {
  if (isClean(text)) return text;
  return text.replace(everyUnclean, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The beginning of a text, at most so many UTF-16 units, without half a character at its end. */
export function cutTo(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const last = text.charCodeAt(longest - 1);
  const isFirstHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isFirstHalf ? longest - 1 : longest);
}
