const window = 5000;
const most = 5;

/** Prints a few lines per window and then only how many more there were: a fault that repeats must not flood the screen. */
export function createThrottledPrinter(print: (line: string) => void, more: string): (line: string) => void {
  let printed = 0;
  let held = 0;

  function endWindow(): void {
    if (held > 0) print(`... and ${held} more: ${more}`);
    printed = held = 0;
  }

  return (line) => {
    if (printed === 0) setTimeout(endWindow, window).unref();
    printed += 1;
    if (printed <= most) print(line);
    else held += 1;
  };
}
