import { nodesBehind, propertiesOf, textOf } from './source';
import type { BicepSource, Declaration } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';

/** The built-in roles that may be given, each on one kind of resource. A wider one, or a wider scope, is an error. */
const narrow: Record<string, { role: string; on: string }> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': { role: 'Storage Blob Data Owner', on: 'Microsoft.Storage/storageAccounts' },
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': {
    role: 'Storage Queue Data Contributor',
    on: 'Microsoft.Storage/storageAccounts',
  },
  '0a9a7e1f-b9d0-4cc6-a60d-0319b160aaa3': {
    role: 'Storage Table Data Contributor',
    on: 'Microsoft.Storage/storageAccounts',
  },
  '4fc6c259-987e-4a07-842e-c321cc9d413f': { role: 'IoT Hub Data Contributor', on: 'Microsoft.Devices/IotHubs' },
  '4633458b-17de-408a-b874-0445c86b69e6': { role: 'Key Vault Secrets User', on: 'Microsoft.KeyVault/vaults/secrets' },
  '3913510d-42f4-4e42-8a64-420c390055eb': { role: 'Monitoring Metrics Publisher', on: 'Microsoft.Insights/components' },
  '2b629674-e913-4c01-ae53-ef4638d8f975': {
    role: 'Azure Event Hubs Data Sender',
    on: 'Microsoft.EventHub/namespaces/eventhubs',
  },
  'a638d3c7-ab3a-418d-83e6-5f17a39d4fde': {
    role: 'Azure Event Hubs Data Receiver',
    on: 'Microsoft.EventHub/namespaces/eventhubs',
  },
};

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

export function roleProblems(source: BicepSource): Problem[] {
  return source.declarations.flatMap((declared) => {
    if (declared.target.startsWith('Microsoft.Authorization/roleAssignments@'))
      return assignmentProblems(declared, source);
    if (!declared.target.startsWith('Microsoft.Authorization/roleDefinitions@')) return [];
    const message = `${declared.name}: roles of our own are not looked into; use a built-in one.`;
    return [problemAt('role-too-wide', source.path, declared.node, message)];
  });
}

function assignmentProblems({ name, node, value }: Declaration, source: BicepSource): Problem[] {
  const report = (message: string) => problemAt('role-too-wide', source.path, node, `${name}: ${message}`);
  const body = propertiesOf(value);
  const scope = body.get('scope')?.value;
  if (!scope) return [report('without a scope, the role holds for the whole resource group.')];
  const on = source.declarations.find(({ kind, name: known }) => kind === 'resource' && known === scope.text);
  if (!on) return [report(`the scope must be a resource of this file, not ${scope.text}.`)];
  const roles = rolesIn(propertiesOf(body.get('properties')?.value).get('roleDefinitionId')?.value, source);
  if (roles.length === 0) return [report('which role it is cannot be seen here; write its id.')];
  return roles.flatMap((id) => {
    const known = narrow[id];
    if (!known) return [report(`${id} is none of the narrow roles: ${names()}.`)];
    if (known.on !== on.target.split('@')[0]) return [report(`${known.role} belongs on ${known.on} only.`)];
    return [];
  });
}

function rolesIn(node: Declaration['value'], source: BicepSource): string[] {
  if (!node) return [];
  const texts = nodesBehind(node, source).filter(({ type }) => type === 'string');
  return texts.map((text) => textOf(text).toLowerCase()).filter((text) => uuid.test(text));
}

function names(): string {
  return Object.values(narrow)
    .map(({ role }) => role)
    .join(', ');
}
