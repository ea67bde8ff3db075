/** A piece of XML that is complete by itself. */
export type Xml = string & { readonly xml: unique symbol };

/** An element with its attributes and what is inside of it. */
export function element(name: string, attributes: Readonly<Record<string, string>>, inside: readonly Xml[] = []): Xml {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ');
  return (inside.length === 0 ? `<${start}/>` : `<${start}>${inside.join('')}</${name}>`) as Xml;
}

const entityOf: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (char) => entityOf[char]!);
}
