import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { operationsPage } from './operations';
import { webApiPage } from './web-api';

/** `npm run docs`: writes the pages that follow from the tables of the model. Runs from `dist/infra/docs`. */
const root = resolve(__dirname, '..', '..', '..');
writeFileSync(join(root, 'docs', 'web-api.md'), webApiPage());
writeFileSync(join(root, 'docs', 'operations.md'), operationsPage());
