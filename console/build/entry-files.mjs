import { readFileSync } from 'node:fs';

/** The files of the page's entry in Vite's manifest, with everything it imports at once (not what pages load later). */
export function entryFiles(manifestPath) {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const found = new Set();
  const visit = ({ file, css = [], imports = [] }) => {
    if (found.has(file)) return;
    for (const path of [file, ...css]) found.add(path);
    for (const name of imports) visit(manifest[name]);
  };
  for (const chunk of Object.values(manifest)) if (chunk.isEntry) visit(chunk);
  return [...found];
}
