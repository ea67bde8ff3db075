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

/** The first of these that is there compiles the file; its warnings and errors are shown as they come. */
const compilers = [
  { command: 'bicep', words: [], version: '--version' },
  { command: 'az', words: ['bicep'], version: 'version' },
];

function compiles(file: string): boolean {
  const found = compilers.find(({ command, words, version }) => call(command, [...words, version], 'ignore') === 0);
  if (!found) {
    console.log('No Bicep compiler is here (bicep, az bicep): types and properties of resources were not checked.');
    return true;
  }
  const { command, words } = found;
  const code = call(command, [...words, 'build', '--stdout', ...(command === 'az' ? ['--file'] : []), file], 'inherit');
  console.log(`${[command, ...words].join(' ')} build: ${code === 0 ? 'passed' : `failed with code ${code}`}`);
  return code === 0;
}

/** The exit code; null when the command is not there. */
function call(command: string, args: string[], stderr: 'ignore' | 'inherit'): number | null {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', stderr] }).status;
}
