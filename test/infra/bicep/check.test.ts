import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkBicep } from '../../../infra/bicep/check';

const root = resolve(__dirname, '..', '..', '..');

test('the Bicep files have no problem', async () => {
  expect(await checkBicep(join(root, 'infra'))).toEqual([]);
});

/** A fault, put into a copy of the files, and what must be said about it. */
interface Fault {
  which: string;
  file: string;
  from: string;
  to: string;
  rule: string;
  says: string;
  /** Where it is noticed, when that is not where it was made. */
  foundIn?: string;
}

const app = 'modules/function-app.bicep';
const storage = 'modules/storage.bicep';

const faults: Fault[] = [
  {
    which: 'a brace that is missing',
    file: 'main.bicep',
    from: 'output IOT_HUB_NAME string = iotHub.outputs.name',
    to: 'output IOT_HUB_NAME string = {',
    rule: 'syntax',
    says: '',
  },
  {
    which: 'an unknown symbol',
    file: 'main.bicep',
    from: 'location: location',
    to: 'location: region',
    rule: 'unknown-name',
    says: '"region"',
  },
  {
    which: 'an unknown symbol in a text',
    file: 'modules/monitoring.bicep',
    from: "'log-${base}'",
    to: "'log-${bse}'",
    rule: 'unknown-name',
    says: '"bse"',
  },
  {
    which: 'an unknown symbol in a loop',
    file: storage,
    from: 'for role in roles',
    to: 'for rule in roles',
    rule: 'unknown-name',
    says: '"role"',
  },
  {
    which: 'a misspelt function',
    file: 'main.bicep',
    from: 'uniqueString(',
    to: 'uniqString(',
    rule: 'unknown-function',
    says: '"uniqString"',
  },
  {
    which: 'a missing parameter',
    file: 'main.bicep',
    from: '    alwaysReady: alwaysReady\n',
    to: '',
    rule: 'missing-parameter',
    says: 'functionApp needs the parameter "alwaysReady"',
  },
  {
    which: 'a parameter that the module does not have',
    file: 'main.bicep',
    from: 'email: alertEmail',
    to: 'email: alertEmail\n    colour: alertEmail',
    rule: 'unknown-parameter',
    says: '"colour"',
  },
  {
    which: 'a required parameter that the parameter file does not give',
    file: 'main.bicepparam',
    from: "param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')\n",
    to: '',
    rule: 'missing-parameter',
    says: '"location"',
  },
  {
    which: 'a parameter file that gives what nobody wants',
    file: 'main.bicepparam',
    from: 'param name =',
    to: 'param nick =',
    rule: 'unknown-parameter',
    says: '"nick"',
  },
  {
    which: 'a wrong module path',
    file: 'main.bicep',
    from: "'modules/storage.bicep'",
    to: "'modules/storages.bicep'",
    rule: 'unknown-module',
    says: 'modules/storages.bicep',
  },
  {
    which: 'an output that a module does not have',
    file: 'main.bicep',
    from: 'iotHub.outputs.hostName',
    to: 'iotHub.outputs.host',
    rule: 'unknown-output',
    says: '"host"',
  },
  {
    which: 'a parameter without use',
    file: storage,
    from: 'param isPrivate bool',
    to: 'param isPrivate bool\nparam unneeded string',
    rule: 'unused',
    says: '"unneeded"',
  },
  {
    which: 'a name declared twice',
    file: storage,
    from: "var packageContainer = 'app-package'",
    to: "var packageContainer = 'app-package'\nvar name = packageContainer",
    rule: 'declared-twice',
    says: '"name"',
  },
  {
    which: 'a resource without a version',
    file: storage,
    from: "'Microsoft.Storage/storageAccounts@2023-05-01'",
    to: "'Microsoft.Storage/storageAccounts'",
    rule: 'resource-type',
    says: 'Microsoft.Storage/storageAccounts',
  },
  {
    which: 'a setting without use',
    file: app,
    from: "  DEBOUNCE_SECONDS: '60'\n",
    to: "  DEBOUNCE_SECONDS: '60'\n  DEBOUNCE_COLOUR: 'red'\n",
    rule: 'unknown-setting',
    says: 'DEBOUNCE_COLOUR',
  },
  {
    which: 'a setting of the app that is not set',
    file: app,
    from: "  JOIN_OPEN_TICKET: 'true'\n",
    to: '',
    rule: 'missing-setting',
    says: 'JOIN_OPEN_TICKET',
  },
  {
    which: 'a setting with another default',
    file: app,
    from: "DEBOUNCE_SECONDS: '60'",
    to: "DEBOUNCE_SECONDS: '61'",
    rule: 'other-default',
    says: "'61'",
  },
  {
    which: 'no settings at all',
    file: app,
    from: "  name: 'appsettings'",
    to: "  name: 'other'",
    rule: 'missing-setting',
    says: 'No file',
    foundIn: 'main.bicep',
  },
  {
    which: 'a connection string in an app setting',
    file: app,
    from: "IOT_HUB_CONNECTION_STRING: ''",
    to: "IOT_HUB_CONNECTION_STRING: 'HostName=h;SharedAccessKeyName=n;SharedAccessKey=k'",
    rule: 'secret-in-setting',
    says: 'IOT_HUB_CONNECTION_STRING',
  },
  {
    which: 'a key in a setting that is no secret by name',
    file: app,
    from: 'AZURE_CLIENT_ID: identityClientId',
    to: 'AZURE_CLIENT_ID: storage.listKeys().keys[0].value',
    rule: 'secret-outside-vault',
    says: 'Key Vault',
  },
  {
    which: 'a key that comes by way of a variable',
    file: app,
    from: 'var eventSettings = empty',
    to: "var connection = 'AccountKey=${listKeys(storage.id, '2023-05-01').keys[0].value}'\nvar eventSettings = empty",
    rule: 'secret-outside-vault',
    says: 'Key Vault',
  },
  {
    which: 'a key that is written out',
    file: 'main.bicep',
    from: 'consumerGroup: iotHub.outputs.consumerGroup',
    to: "consumerGroup: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG='",
    rule: 'secret-outside-vault',
    says: 'Key Vault',
  },
  {
    which: 'a connection string that a module is given',
    file: 'main.bicep',
    from: 'consumerGroup: iotHub.outputs.consumerGroup',
    to: "consumerGroup: 'HostName=h;SharedAccessKeyName=n;SharedAccessKey=k'",
    rule: 'secret-outside-vault',
    says: 'Key Vault',
  },
  {
    which: 'settings in a second place',
    file: app,
    from: '    siteConfig: {\n',
    to: "    siteConfig: {\n      appSettings: [{ name: 'DEBOUNCE_SECONDS', value: '1' }]\n",
    rule: 'unknown-setting',
    says: "'appsettings'",
  },
  {
    which: 'a role of our own',
    file: 'modules/iot-hub.bicep',
    from: 'resource access ',
    to: "resource everything 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {\n  name: 'everything'\n}\n\nresource access ",
    rule: 'role-too-wide',
    says: 'everything',
  },
  {
    which: 'a secure parameter in an app setting',
    file: app,
    from: 'param consumerGroup string',
    to: '@secure()\nparam consumerGroup string',
    rule: 'secret-in-setting',
    says: 'IOT_HUB_CONSUMER_GROUP',
  },
  {
    which: 'a secret that is no Key Vault reference',
    file: app,
    from: "'@Microsoft.KeyVault(SecretUri=${eventsSecretUri})'",
    to: 'eventsSecretUri',
    rule: 'secret-in-setting',
    says: 'IOT_HUB_EVENTS',
  },
  {
    which: 'a key in an output',
    file: 'modules/iot-hub.bicep',
    from: 'output id string = hub.id',
    to: 'output id string = hub.listkeys().value[0].primaryKey',
    rule: 'secret-outside-vault',
    says: 'Key Vault',
  },
  {
    which: 'a role too wide: Contributor',
    file: 'modules/iot-hub.bicep',
    from: '4fc6c259-987e-4a07-842e-c321cc9d413f',
    to: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    rule: 'role-too-wide',
    says: 'b24988ac',
  },
  {
    which: 'a role too wide in a list',
    file: storage,
    from: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
    to: '17d1049b-9a84-46fb-8f53-869881c3d3ab',
    rule: 'role-too-wide',
    says: '17d1049b',
  },
  {
    which: 'a role on the whole resource group',
    file: 'modules/vault.bicep',
    from: "  name: guid(events.id, appPrincipalId, 'read')\n  scope: events\n",
    to: "  name: guid(events.id, appPrincipalId, 'read')\n",
    rule: 'role-too-wide',
    says: 'resource group',
  },
  {
    which: 'a role on the whole vault',
    file: 'modules/vault.bicep',
    from: "  name: guid(events.id, appPrincipalId, 'read')\n  scope: events\n",
    to: "  name: guid(events.id, appPrincipalId, 'read')\n  scope: vault\n",
    rule: 'role-too-wide',
    says: 'Microsoft.KeyVault/vaults/secrets',
  },
];

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function copyWith({ file, from, to }: Pick<Fault, 'file' | 'from' | 'to'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ccs-bicep-'));
  folders.push(folder);
  cpSync(join(root, 'infra', 'main.bicep'), join(folder, 'main.bicep'));
  cpSync(join(root, 'infra', 'main.bicepparam'), join(folder, 'main.bicepparam'));
  cpSync(join(root, 'infra', 'modules'), join(folder, 'modules'), { recursive: true });
  const text = readFileSync(join(folder, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(
    join(folder, file),
    text.replace(from, () => to),
  );
  return folder;
}

test.each(faults)('$which is found, with its file', async ({ file, from, to, rule, says, foundIn = file }) => {
  const found = (await checkBicep(copyWith({ file, from, to }))).filter((problem) => problem.rule === rule);
  expect(found.map((problem) => problem.file)).toContain(foundIn);
  expect(found.map(({ message }) => message).join(' ')).toContain(says);
  for (const { line, column } of found) expect(Math.min(line, column)).toBeGreaterThan(0);
});

test('a file that no module names is found', async () => {
  const folder = copyWith({ file: storage, from: 'isPrivate', to: 'isPrivate' });
  cpSync(join(folder, storage), join(folder, 'modules', 'spare.bicep'));
  expect(await checkBicep(folder)).toMatchObject([{ rule: 'unused', file: 'modules/spare.bicep' }]);
});

describe('the command', () => {
  const program = join(root, 'dist', 'infra', 'bicep', 'main.js');
  /** The command, on a machine whose PATH has only these programs. */
  const check = (folder: string, programs: Record<string, string> = {}) => {
    const path = mkdtempSync(join(tmpdir(), 'ccs-path-'));
    folders.push(path);
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(path, name), 0o755);
    }
    return spawnSync(process.execPath, [program, folder], { env: { PATH: path }, encoding: 'utf8' });
  };
  const good = join(root, 'infra');

  test('ends with 0 and says that no compiler was there', () => {
    const { status, stdout } = check(good);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('No Bicep compiler') });
  });

  test('does without az when that has no Bicep', () => {
    const { status, stdout } = check(good, { az: 'exit 1' });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('No Bicep compiler') });
  });

  test.each<{ which: string; programs: Record<string, string> }>([
    { which: 'bicep', programs: { bicep: 'test "$1" = build || test "$1" = --version' } },
    { which: 'az', programs: { az: 'test "$1 $2" = "bicep build" || test "$1 $2" = "bicep version"' } },
  ])('asks $which when it is there', ({ which, programs }) => {
    const { status, stdout } = check(good, programs);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(`${which}.* build: passed`) });
  });

  test('ends with 1 when the compiler finds something', () => {
    const { status, stderr } = check(good, { bicep: 'test "$1" = --version || { echo "Error BCP037" >&2; exit 1; }' });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('BCP037') });
  });

  test('ends with 1 and names file, line and column when we find something', () => {
    const { status, stderr } = check(copyWith(faults[1]!));
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/main\.bicep:\d+:\d+ unknown-name: "region"/),
    });
  });
});
