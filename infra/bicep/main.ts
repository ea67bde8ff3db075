import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { checkBicep } from './check';

/*
 * `npm run check:bicep`: our own check of the Bicep files, and then the compiler's, when there is one on this machine. Ends
 * with 1 when something is wrong. Runs from dist/infra/bicep.
 */
const root = resolve(__dirname, '..', '..', '..');

void (async () => {
  const [folder = join(root, 'infra')] = process.argv.slice(2);
  const problems = await checkBicep(folder);
  for (const { rule, file, line, column, message } of problems) {
    console.error(`${join(folder, file)}:${line}:${column} ${rule}: ${message}`);
  }
  console.log(problems.length === 0 ? 'No problems in the Bicep files.' : `${problems.length} problems.`);
  process.exitCode = problems.length > 0 || !compiles(join(folder, 'main.bicep')) ? 1 : 0;
})();

/** The first of these commands that is there compiles the file; its warnings and errors are shown as they come. */
function compiles(file: string): boolean {
  for (const [command, ...words] of [['bicep'], ['az', 'bicep']] as const) {
    const args = command === 'az' ? [...words, 'build', '--stdout', '--file', file] : ['build', '--stdout', file];
    const { error, status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (error) continue;
    console.log(`${[command, ...words].join(' ')} build: ${status === 0 ? 'passed' : `failed with code ${status}`}`);
    return status === 0;
  }
  console.log('Neither bicep nor az is on the PATH: types and properties of resources were not checked.');
  return true;
}
