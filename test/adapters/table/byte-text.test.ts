import fc from 'fast-check';
import { byteText } from '../../../shared/adapters/table/byte-text';

type Piece = { add: string } | { number: number } | { ascii: string } | { bytes: string };

const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({ add: fc.string({ unit: 'binary' }) }),
  fc.record({ number: fc.maxSafeNat() }),
  fc.record({ ascii: fc.string({ unit: 'binary-ascii' }) }),
  fc.record({ bytes: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
);

const textOf = (part: Piece) =>
  'add' in part ? part.add : 'number' in part ? String(part.number) : 'ascii' in part ? part.ascii : part.bytes;

test('pieces of any kind and length stand one after the other, however little room there was at first', () => {
  fc.assert(
    fc.property(fc.array(piece), fc.nat(300), (pieces, room) => {
      const text = byteText(room);
      for (const part of pieces) {
        if ('add' in part) text.add(part.add);
        else if ('number' in part) text.addNumber(part.number);
        else if ('ascii' in part) text.addAscii(part.ascii, 0);
        else text.addBytes(Buffer.from(part.bytes));
      }
      expect(Buffer.from(text.bytes()).toString('utf8')).toBe(pieces.map(textOf).join(''));
    }),
  );
});

test('of a text only what comes after a place is added', () => {
  const text = byteText(0);
  text.addAscii('019c0000-0000-8000-8007-000000004000', 24);
  expect(Buffer.from(text.bytes()).toString('utf8')).toBe('000000004000');
});
