import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsPage } from '../../infra/docs/operations';
import { runbooks } from '../../infra/docs/runbooks';
import { webApiPage } from '../../infra/docs/web-api';

const root = join(__dirname, '..', '..');

test.each([
  { file: 'web-api.md', page: webApiPage },
  { file: 'operations.md', page: operationsPage },
])('docs/$file says what the model says; `npm run docs` writes it', ({ file, page }) => {
  // Not toBe: what that prints about a difference would fill screens.
  const written = readFileSync(join(root, 'docs', file), 'utf8').split('\n');
  const wanted = page().split('\n');
  const differing = wanted.findIndex((line, at) => line !== written[at]);
  expect({ line: differing + 1, written: written[differing] }).toEqual({
    line: differing + 1,
    written: wanted[differing],
  });
  expect(written).toHaveLength(wanted.length);
});

test('there is something to do for each rule that wakes somebody, and for no other', () => {
  const bicep = readFileSync(join(root, 'infra', 'modules', 'alert-rules.bicep'), 'utf8');
  const rules = [...bicep.matchAll(/^ {4}name: '([a-z-]+)'$/gm)].map(([, name]) => name!);
  const alerts = [...bicep.matchAll(/name: '\$\{base\}-(\w+)'/g)].map(([, name]) => name!);
  expect(rules.length).toBeGreaterThan(3);
  expect(Object.keys(runbooks)).toEqual([...rules, ...alerts]);
});
