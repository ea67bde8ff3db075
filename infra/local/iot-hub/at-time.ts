// The longest a timer of Node.js can wait.
const longest = 2 ** 31 - 1;

/** Runs something at a time far or near, unless stopped before; keeps no process alive. */
export function atTime(time: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = time - Date.now();
    timer = left > longest ? setTimeout(wait, longest) : setTimeout(run, Math.max(0, left));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
