/** Texts that are written once, and pointed to by number. */
export interface Numbered {
  list: string[];
  of(text: string): number;
}

/** Gives equal texts one number, from 0 on. */
export function numbered(): Numbered {
  const numbers = new Map<string, number>();
  const list: string[] = [];
  return {
    list,
    of: (text: string): number => {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, list.length);
      return list.push(text) - 1;
    },
  };
}

/** Gives ids with the same beginning one number; nearly all have that of the one before. */
export function numberedPlaces(): Numbered {
  const places = numbered();
  let last: string | undefined;
  let number = 0;
  return {
    list: places.list,
    of: (id) => {
      if (last === undefined || !id.startsWith(last)) {
        last = id.slice(0, endOfPlace);
        number = places.of(last);
      }
      return number;
    },
  };
}

/** Behind the place in an id stands the position. */
export const endOfPlace = 24;
