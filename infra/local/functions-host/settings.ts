import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './log';
import { StartError, messageOf } from './start-error';

/** The `Host` part of local.settings.json. */
export interface LocalHostSettings {
  LocalHttpPort?: number;
  CORS?: string;
  CORSCredentials?: boolean;
}

interface LocalSettingsFile {
  IsEncrypted?: boolean;
  Values?: Record<string, unknown>;
  Host?: LocalHostSettings;
  ConnectionStrings?: Record<string, unknown>;
}

/**
 * Puts the app's settings into the environment, where the app reads them, as `func start` does: `given` wins over a
 * variable that is already set, which wins over local.settings.json.
 */
export function applySettings(root: string, given: Record<string, string>, log: Log): LocalHostSettings {
  for (const [name, value] of Object.entries(given)) process.env[name] = value;
  const path = join(root, 'local.settings.json');
  const file = existsSync(path) ? readLocalSettings(path) : {};
  for (const [name, value] of Object.entries(file.Values ?? {})) {
    if (value === null) continue;
    if (typeof value !== 'string') throw new StartError(`${path}: the value of "${name}" must be a string.`);
    if (!process.env[name]) process.env[name] = value;
    else if (!(name in given))
      log('debug', 'Host', `Skipping "${name}" of local.settings.json: the environment has it.`);
  }
  for (const [name, value] of Object.entries(file.ConnectionStrings ?? {})) {
    const text = typeof value === 'string' ? value : (value as { ConnectionString?: string })?.ConnectionString;
    if (text !== undefined) process.env[`ConnectionStrings:${name}`] ||= text;
  }
  process.env['AZURE_FUNCTIONS_ENVIRONMENT'] = 'Development';
  process.env['AzureWebJobsScriptRoot'] = root;
  process.env['FUNCTIONS_WORKER_RUNTIME'] ||= 'node';
  return file.Host ?? {};
}

function readLocalSettings(path: string): LocalSettingsFile {
  let file: LocalSettingsFile;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as LocalSettingsFile;
  } catch (error) {
    throw new StartError(`${path} cannot be read: ${messageOf(error)}`);
  }
  // Core Tools takes a missing IsEncrypted for true and then cannot decrypt the values.
  if (file.IsEncrypted !== false) throw new StartError(`${path} must have "IsEncrypted": false.`);
  return file;
}

/** Replaces each %NAME% by the setting of that name. `where` tells the reader of the error which option holds it. */
export function resolveNames(text: string, where: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = process.env[name];
    if (!value) throw new StartError(`${where}: '%${name}%' does not resolve to a value; set ${name}.`);
    return value;
  });
}

/**
 * The connection string behind `connection`, which names a setting: `AzureWebJobs<name>`, a connection string of that
 * name, or `<name>` itself. Identity-based settings (`<name>__…`) are refused: there is no identity on this machine.
 */
export function connectionString(connection: string, where: string): string {
  const name = resolveNames(connection || 'Storage', where);
  if (/[;=]/.test(name)) {
    throw new StartError(`${where}: "connection" must be the name of a setting, not a connection string.`);
  }
  const candidates = [`AzureWebJobs${name}`, `ConnectionStrings:${name}`, name];
  const found = candidates.map((candidate) => process.env[candidate]).find(Boolean);
  if (found) return found;
  const identity = Object.keys(process.env).find(
    (key) => key.startsWith(`${name}__`) || key.startsWith(`AzureWebJobs${name}__`),
  );
  if (identity) {
    throw new StartError(
      `${where}: connection "${name}" is identity-based (${identity}); locally set ${name} to a connection string.`,
    );
  }
  throw new StartError(`${where}: no setting "${name}" or "AzureWebJobs${name}" holds its connection string.`);
}
