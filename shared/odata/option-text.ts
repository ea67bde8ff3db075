/** Cuts a text at a separator that stands neither between quotes nor in parentheses. */
export function splitOutside(text: string, separator: ',' | ';'): string[] {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (const char of text) {
    if (char === "'") quoted = !quoted;
    if (!quoted && char === '(') depth += 1;
    if (!quoted && char === ')') depth -= 1;
    if (char === separator && !quoted && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}
