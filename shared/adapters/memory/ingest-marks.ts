import type { IngestMark, IngestMarks } from '../../ports/ingest-marks';

export function memoryIngestMarks(): IngestMarks {
  const marks = new Map<string, IngestMark>();
  return {
    note: async (mark) => void marks.set(`${mark.hub} ${mark.partition}`, mark),
    all: async () => [...marks.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, mark]) => mark),
  };
}
