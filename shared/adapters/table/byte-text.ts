/** A UTF-8 text that grows at its end, for texts of many small pieces: strings that are joined would be copied twice more. */
export interface ByteText {
  add(text: string): void;
  /** The rest of a text that has ASCII characters only. */
  addAscii(text: string, from: number): void;
  /** A whole number, not negative. */
  addNumber(value: number): void;
  addBytes(bytes: Uint8Array): void;
  /** All of it; what is added afterwards may or may not be seen there. */
  bytes(): Uint8Array;
}

/** `room`: bytes that are likely enough. */
export function byteText(room: number): ByteText {
  let buffer = Buffer.allocUnsafe(Math.max(room, 64));
  let end = 0;

  const makeRoom = (more: number) => {
    if (end + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, end + more));
    larger.set(buffer.subarray(0, end));
    buffer = larger;
  };

  return {
    add: (text) => {
      // A UTF-16 unit takes three bytes at most.
      makeRoom(3 * text.length);
      if (text.length === 1 && text.charCodeAt(0) < 0x80) buffer[end++] = text.charCodeAt(0);
      else end += buffer.write(text, end);
    },
    addAscii: (text, from) => {
      makeRoom(text.length - from);
      for (let i = from; i < text.length; i += 1) buffer[end++] = text.charCodeAt(i);
    },
    addNumber: (value) => {
      makeRoom(16);
      let digits = 1;
      for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
      for (let at = end + digits - 1, rest = value; at >= end; at -= 1, rest = Math.floor(rest / 10)) {
        buffer[at] = zero + (rest % 10);
      }
      end += digits;
    },
    addBytes: (bytes) => {
      makeRoom(bytes.length);
      buffer.set(bytes, end);
      end += bytes.length;
    },
    bytes: () => buffer.subarray(0, end),
  };
}

const zero = 0x30;
