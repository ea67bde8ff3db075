import type { Node } from 'web-tree-sitter';
import type { Setting } from '../../shared/config';
import { secretText } from './secrets';
import { nodesBehind, nodesIn, propertiesOf, textOf } from './source';
import type { BicepSource } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';

/** Read by Azure and by its SDKs, not by us. */
const platformSettings = new Set([
  'AZURE_CLIENT_ID', // which identity DefaultAzureCredential takes
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'languageWorkers__node__arguments', // what the worker's Node.js is started with
]);

/** Settings that the app does not read, that are not set, that have another default, or that hold a secret. */
export function settingProblems(source: BicepSource, rows: Readonly<Record<string, Setting>>): Problem[] {
  return source.declarations
    .filter(({ target, value }) => isAppSettings(target, value))
    .flatMap(({ node, value }) => {
      const given = propertiesOf(value).get('properties');
      const pairs = given ? settingsIn(given.value, source) : [];
      const set = new Set(pairs.map(({ name }) => settingOf(name)));
      const missing = Object.keys(rows).filter((name) => !set.has(name));
      return [
        ...missing.map((name) =>
          problemAt('missing-setting', source.path, node, `${name} of shared/config.ts is not set.`),
        ),
        ...pairs.flatMap(({ name, key, value: text }) => onePair(source, rows, name, key, text)),
      ];
    });
}

/** Settings that stand beside those that are checked. */
export function hiddenSettings(source: BicepSource): Problem[] {
  return [...nodesIn(source.root)]
    .filter(
      ({ type, namedChildren: [key] }) =>
        type === 'object_property' && /^(appSettings|connectionStrings)$/.test(textOf(key)),
    )
    .map((node) =>
      problemAt(
        'unknown-setting',
        source.path,
        node,
        "Settings stand in the resource 'appsettings', where they are checked.",
      ),
    );
}

/** The app must be given its settings somewhere. */
export function noSettings(sources: Iterable<BicepSource>, main: BicepSource): Problem[] {
  const somewhere = [...sources].some(({ declarations }) =>
    declarations.some(({ target, value }) => isAppSettings(target, value)),
  );
  if (somewhere) return [];
  return [problemAt('missing-setting', main.path, main.root, 'No file sets the settings of the app.')];
}

function isAppSettings(target: string, value: Node | undefined): boolean {
  const name = propertiesOf(value).get('name');
  return target.startsWith('Microsoft.Web/sites/config@') && textOf(name?.value) === 'appsettings';
}

interface Pair {
  name: string;
  key: Node;
  value: Node;
}

/** The properties of all objects that an expression may stand for: through variables, `union` and conditions. */
function settingsIn(node: Node, source: BicepSource): Pair[] {
  if (node.type === 'object') return [...propertiesOf(node)].map(([name, pair]) => ({ name, ...pair }));
  if (node.type === 'ternary_expression')
    return node.namedChildren.slice(1).flatMap((part) => settingsIn(part, source));
  if (node.type === 'identifier') {
    const variable = source.declarations.find(({ kind, name }) => kind === 'var' && name === node.text);
    return variable?.value ? settingsIn(variable.value, source) : [];
  }
  return node.namedChildren.flatMap((child) => settingsIn(child, source));
}

function onePair(
  source: BicepSource,
  rows: Readonly<Record<string, Setting>>,
  name: string,
  key: Node,
  value: Node,
): Problem[] {
  const report = (rule: string, message: string) => [problemAt(rule, source.path, key, message)];
  const row = rows[settingOf(name)];
  if (!row && !platformSettings.has(name)) {
    return report('unknown-setting', `Nobody reads ${name}: it is no row of shared/config.ts.`);
  }
  const text = value.type === 'string' ? textOf(value) : undefined;
  if (holdsSecret(value, source))
    return report('secret-in-setting', `${name} holds a secret; use a Key Vault reference.`);
  if (row?.secret && name === settingOf(name) && text !== '' && !text?.startsWith('@Microsoft.KeyVault(')) {
    return report('secret-in-setting', `${name} is a secret: it must be a Key Vault reference, or empty.`);
  }
  if (row?.default !== undefined && text !== undefined && text !== row.default && !row.secret) {
    return report('other-default', `${name} is '${row.default}' in shared/config.ts, and '${text}' here.`);
  }
  return [];
}

function holdsSecret(value: Node, source: BicepSource): boolean {
  const secure = new Set(source.declarations.filter((declared) => declared.secure).map(({ name }) => name));
  return nodesBehind(value, source).some(
    ({ type, text }) =>
      (type === 'string' && secretText.test(text)) ||
      (type === 'identifier' && (secure.has(text) || /^list[A-Z]/.test(text))),
  );
}

/** `IOT_HUB_EVENTS__credential` is a part of the setting `IOT_HUB_EVENTS`. */
function settingOf(name: string): string {
  return name.split('__')[0]!;
}
