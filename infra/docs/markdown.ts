/** A heading, a paragraph or a table: a block of a Markdown page. */
export type Block = string;

export function heading(level: number, text: string): Block {
  return `${'#'.repeat(level)} ${text}`;
}

/** A table; its columns are as wide as their widest cell, as the formatter wants them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): Block {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, at) => Math.max(3, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const ruler = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), ruler, ...cells.slice(1).map(line)].join('\n');
}

export function list(items: readonly string[]): Block {
  return items.map((item) => `- ${item}`).join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A page of blocks. */
export function page(blocks: readonly Block[]): string {
  return `${blocks.join('\n\n')}\n`;
}
