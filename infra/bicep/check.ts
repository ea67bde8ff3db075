import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settings } from '../../shared/config';
import { besides, moduleProblems } from './modules';
import { nameProblems } from './names';
import { roleProblems } from './roles';
import { secretProblems } from './secrets';
import { hiddenSettings, noSettings, settingProblems } from './settings';
import { readSource } from './source';
import type { BicepSource } from './source';
import { loadBicepGrammar, problemAt, syntaxProblems } from './syntax';
import type { Problem } from './syntax';

const entries = ['main.bicep', 'main.bicepparam'];

/**
 * Everything that can be told about the Bicep files of a folder without a compiler: syntax, names, module paths,
 * parameters, outputs; that the settings of the app are all set, and no others; that no key leaves the vault; and that roles
 * are narrow. Types and properties of resources are not looked at: that takes `bicep build`.
 */
export async function checkBicep(folder: string): Promise<Problem[]> {
  const sources = await readSources(folder);
  const broken = [...sources.values()].flatMap(({ path, root }) => syntaxProblems(root, path));
  if (broken.length > 0) return broken;
  return [
    ...[...sources.values()].flatMap((source) => [
      ...nameProblems(source),
      ...typeProblems(source),
      ...moduleProblems(source, sources),
      ...settingProblems(source, settings),
      ...hiddenSettings(source),
      ...secretProblems(source),
      ...roleProblems(source),
    ]),
    ...unusedFiles(sources),
    ...noSettings(sources.values(), sources.get('main.bicep')!),
  ];
}

/** The namespaces of resource providers that a deployment of this folder may use, sorted: `Microsoft.Web` and so on. */
export async function providersIn(folder: string): Promise<string[]> {
  const sources = [...(await readSources(folder)).values()];
  const targets = sources.flatMap(({ declarations }) => declarations.filter(({ kind }) => kind === 'resource'));
  return [...new Set(targets.map(({ target }) => target.split('/')[0]!))].toSorted();
}

async function readSources(folder: string): Promise<Map<string, BicepSource>> {
  const parse = await loadBicepGrammar();
  const sources = new Map<string, BicepSource>();
  const files = await readdir(folder, { recursive: true });
  for (const path of files.filter((file) => /\.bicep(param)?$/.test(file)).toSorted()) {
    const text = await readFile(join(folder, path), 'utf8');
    const name = path.replaceAll('\\', '/');
    sources.set(name, readSource(name, parse(text, name)));
  }
  for (const entry of entries) if (!sources.has(entry)) throw new Error(`${join(folder, entry)} is missing.`);
  return sources;
}

function typeProblems(source: BicepSource): Problem[] {
  return source.declarations
    .filter(
      ({ kind, target }) => kind === 'resource' && !/^[A-Z]\w+\.\w+(\/\w+)+@\d{4}-\d\d-\d\d(-preview)?$/.test(target),
    )
    .map(({ node, target }) =>
      problemAt('resource-type', source.path, node, `"${target}" is not of the form Provider.Name/type@2024-01-01.`),
    );
}

function unusedFiles(sources: ReadonlyMap<string, BicepSource>): Problem[] {
  const used = new Set(entries);
  for (const source of sources.values()) {
    for (const { kind, target } of source.declarations) if (kind === 'module') used.add(besides(source, target));
  }
  return [...sources.values()]
    .filter(({ path }) => !used.has(path))
    .map(({ path, root }) => problemAt('unused', path, root, 'No module names this file.'));
}
