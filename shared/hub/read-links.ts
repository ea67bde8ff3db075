import { readTraceparent } from '../domain/traceparent';

/** A step of a trace keeps no more links than this. */
const mostLinks = 128;

/** Application properties that name the trace of an event: that of W3C, and that of the Event Hubs SDKs. */
const names = ['traceparent', 'Diagnostic-Id'];

/** The trace parents that the events of a batch name, each once; `metadata` is the trigger's. */
export function readLinks(metadata: unknown): string[] {
  const { propertiesArray = [] } = metadata as { propertiesArray?: (Record<string, unknown> | undefined)[] };
  const found = new Set<string>();
  for (const properties of propertiesArray) {
    for (const name of names) {
      const value = properties?.[name];
      if (readTraceparent(value)) found.add(value as string);
    }
    if (found.size >= mostLinks) break;
  }
  return [...found].slice(0, mostLinks);
}
