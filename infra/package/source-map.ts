import { decode, encode } from '@jridgewell/sourcemap-codec';
import type { SourceMapSegment } from '@jridgewell/sourcemap-codec';

interface SourceMap {
  sources: string[];
  names: string[];
  mappings: string;
}

/**
 * Leaves in a source map what comes from our own files. Node.js reads the map when the app starts, and that of the packages
 * would be ten times as large; their lines are told as they stand in the bundle.
 */
export function ownSourcesOnly(text: string): string {
  const map = JSON.parse(text) as SourceMap;
  const isOwn = map.sources.map((source) => /^(functions|shared)\//.test(source));
  const places = isOwn.map((_, index) => isOwn.slice(0, index).filter(Boolean).length);
  const lines = decode(map.mappings).map((line) => ownSegments(line, isOwn, places));
  const sources = map.sources.filter((_, index) => isOwn[index]);
  return JSON.stringify({ ...map, sources, names: [], mappings: encode(lines) });
}

/** What is not ours becomes one segment that says so. Names are left out: they are not changed by bundling. */
function ownSegments(line: SourceMapSegment[], isOwn: boolean[], places: number[]): SourceMapSegment[] {
  const kept: SourceMapSegment[] = [];
  for (const [column, source, sourceLine, sourceColumn] of line) {
    const own = source !== undefined && isOwn[source] === true;
    if (own) kept.push([column, places[source]!, sourceLine!, sourceColumn!]);
    else if (kept.at(-1)?.length === 4) kept.push([column]);
  }
  return kept;
}
