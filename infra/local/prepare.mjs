// Makes a fresh clone runnable: installs the packages when the lock file changed, compiles, and removes what no source
// stands behind any more. It uses nothing but Node, because it runs before anything is installed. A compiled program that
// is named after it then runs in this same process, so that npm and the terminal signal the program itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stop(`Node.js ${process.versions.node} is too old: version 20.19 or newer is needed.`);
}

install();
removeOrphans(join(root, 'dist'));
compile();
buildConsole();
await runProgram();

/** As if it had been started directly: `node prepare.mjs dist/program.js arguments` is `node dist/program.js arguments`. */
async function runProgram() {
  const [program] = process.argv.splice(2, 1);
  if (program === undefined) return;
  process.argv[1] = join(root, program);
  await import(pathToFileURL(process.argv[1]).href);
}

function install() {
  const stamp = join(root, 'node_modules', '.installed-lock');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  step('Installing packages (only when the lock file changed; about a minute)', () =>
    run('npm', ['ci', '--loglevel=error']),
  );
  writeFileSync(stamp, lock);
}

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  step('Compiling', () => run(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')]));
}

/** Only when a source of the page changed, what it shares with the service included. */
function buildConsole() {
  const stamp = join(root, 'dist', 'console', '.built-from');
  const sources = digestOf(['console', 'shared/model', 'shared/domain', 'package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  step('Building the console', () => run(process.execPath, [join(root, 'console', 'build', 'main.mjs')]));
  writeFileSync(stamp, sources);
}

function digestOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const entries = readdirSync(join(root, path), { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) add(inner);
      else hash.update(`${inner}\0`).update(readFileSync(join(root, inner)));
    }
  };
  for (const path of paths) {
    if (path.endsWith('.json')) hash.update(readFileSync(join(root, path)));
    else add(path);
  }
  return hash.digest('hex');
}

/** A compiled function whose source was deleted or renamed would still be loaded by the host's glob. */
function removeOrphans(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // What the page is bundled into has no source of its own name; each build of it empties that folder.
    if (path === join(root, 'dist', 'console')) continue;
    if (entry.isDirectory()) removeOrphans(path);
    else if (/\.js(\.map)?$/.test(entry.name) && !existsSync(sourceOf(path))) rmSync(path);
  }
}

function sourceOf(path) {
  return join(root, relative(join(root, 'dist'), path).replace(/\.js(\.map)?$/, '.ts'));
}

function step(title, work) {
  const started = Date.now();
  console.error(`${title} ...`);
  work();
  console.error(`${title} done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) stop(`${command} could not be started: ${error.message}`);
  if (status !== 0) stop(`${command} ${args.join(' ')} failed with code ${status}; its message stands above.`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
