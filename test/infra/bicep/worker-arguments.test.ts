import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerArguments } from '../../../infra/local/worker-arguments';

test('Node.js is started in Azure as it is started and measured here', () => {
  const module = join(__dirname, '..', '..', '..', 'infra', 'modules', 'function-app.bicep');
  const given = /languageWorkers__node__arguments: '([^']*)'/.exec(readFileSync(module, 'utf8'))?.[1];
  expect(given).toBe(workerArguments.join(' '));
});
