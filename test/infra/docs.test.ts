import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { webApiPage } from '../../infra/docs/web-api';

test('docs/web-api.md says what the model says; `npm run docs` writes it', () => {
  // Not toBe: what that prints about a difference would fill screens.
  const written = readFileSync(join(__dirname, '..', '..', 'docs', 'web-api.md'), 'utf8').split('\n');
  const wanted = webApiPage().split('\n');
  const differing = wanted.findIndex((line, at) => line !== written[at]);
  expect({ line: differing + 1, written: written[differing] }).toEqual({
    line: differing + 1,
    written: wanted[differing],
  });
  expect(written).toHaveLength(wanted.length);
});
