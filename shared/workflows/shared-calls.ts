/**
 * One call at a time, with what all have asked for that came while another was under way: that one may have begun too early
 * to answer them, the next has not.
 */
export function shared<R, I = void>(call: (items: readonly I[]) => Promise<R>): (item: I) => Promise<R> {
  let running: Promise<unknown> = Promise.resolve();
  let next: { items: I[]; result: Promise<R> } | undefined;
  return async (item) => {
    if (!next) {
      const items: I[] = [];
      const start = async (): Promise<R> => {
        next = undefined;
        return call(items);
      };
      const result = running.then(start);
      running = result.catch(() => undefined);
      next = { items, result };
    }
    next.items.push(item);
    return next.result;
  };
}
