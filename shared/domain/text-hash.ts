/**
 * 64 bits of a text, well mixed, as a text of four UTF-16 units. Not safe against somebody who looks for two texts with
 * the same hash, but ten times as fast as what is; for telling apart things of the same owner.
 */
export function textHash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return String.fromCharCode(a >>> 16, a & 0xffff, b >>> 16, b & 0xffff);
}

/** 32 bits of that, as a number. */
export function numberOfText(text: string): number {
  const hash = textHash(text);
  return hash.charCodeAt(0) * 0x1_0000 + hash.charCodeAt(1);
}
