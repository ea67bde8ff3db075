/**
 * Identities of events (`textHash`: four UTF-16 units each) in the order they came, each of them once; the oldest can be
 * forgotten. A busy group remembers thousands and a process millions, so they are numbers in an array: smaller
 * than a set of texts, and nothing for the garbage collector to look through.
 */
export class Identities implements Iterable<string> {
  /** Two halves for each; those before `#start` are forgotten. */
  #halves = new Int32Array(2 * fewest);
  #start = 0;
  #end = 0;
  /** Where each is in `#halves`, counted from 1, found by its hash or on the way from there; a few need no such table. */
  #places: Uint32Array | undefined;

  constructor(identities: Iterable<string> = []) {
    for (const identity of identities) this.add(identity);
  }

  get size(): number {
    return this.#end - this.#start;
  }

  has(identity: string): boolean {
    return this.#find(firstHalf(identity), secondHalf(identity));
  }

  add(identity: string): void {
    const first = firstHalf(identity);
    const second = secondHalf(identity);
    if (this.#find(first, second)) return;
    if (2 * this.#end === this.#halves.length) this.#makeRoom();
    this.#halves[2 * this.#end] = first;
    this.#halves[2 * this.#end + 1] = second;
    this.#end += 1;
    if (this.#places) note(this.#places, this.#halves, this.#end);
  }

  forgetOldest(count: number): void {
    this.#start = Math.min(this.#end, this.#start + count);
  }

  *[Symbol.iterator](): Iterator<string> {
    for (let at = this.#start; at < this.#end; at += 1) {
      const first = this.#halves[2 * at]!;
      const second = this.#halves[2 * at + 1]!;
      yield String.fromCharCode(first >>> 16, first & 0xffff, second >>> 16, second & 0xffff);
    }
  }

  #find(first: number, second: number): boolean {
    const halves = this.#halves;
    const places = this.#places;
    if (!places) {
      for (let at = this.#start; at < this.#end; at += 1) {
        if (halves[2 * at] === first && halves[2 * at + 1] === second) return true;
      }
      return false;
    }
    const last = places.length - 1;
    for (let slot = second & last; places[slot] !== 0; slot = (slot + 1) & last) {
      const at = places[slot]! - 1;
      if (at >= this.#start && halves[2 * at] === first && halves[2 * at + 1] === second) return true;
    }
    return false;
  }

  /** Closes up on what is forgotten, and doubles when that is less than half. */
  #makeRoom(): void {
    const kept = this.#halves.subarray(2 * this.#start, 2 * this.#end);
    const halves = new Int32Array(4 * this.size > this.#halves.length ? 2 * this.#halves.length : this.#halves.length);
    halves.set(kept);
    this.#halves = halves;
    this.#end -= this.#start;
    this.#start = 0;
    if (halves.length / 2 <= few) return;
    // Twice as many slots as there may be identities, so that there is always a free one near.
    this.#places = new Uint32Array(halves.length);
    for (let end = 1; end <= this.#end; end += 1) note(this.#places, halves, end);
  }
}

const fewest = 4;
/** So many are compared one by one. */
const few = 16;

function note(places: Uint32Array, halves: Int32Array, end: number): void {
  const last = places.length - 1;
  let slot = halves[2 * end - 1]! & last;
  while (places[slot] !== 0) slot = (slot + 1) & last;
  places[slot] = end;
}

function firstHalf(identity: string): number {
  return (identity.charCodeAt(0) << 16) | identity.charCodeAt(1);
}

function secondHalf(identity: string): number {
  return (identity.charCodeAt(2) << 16) | identity.charCodeAt(3);
}
