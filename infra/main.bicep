// Everything the system needs, in one resource group. `azd up` runs it; so does, without azd,
//   az deployment sub create --location <region> --parameters infra/main.bicepparam
// docs/azure.md says what each part is for and what it costs. No secret is a parameter, an output or an app setting.
targetScope = 'subscription'

@description('Names the resource group (rg-<environment>) and, with the subscription, everything in it.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Azure region of everything. `npm run preflight` says whether it offers what is needed.')
param location string

@description('Beginning of the names of all parts, lower-case letters and digits. Left empty, it is made of the subscription and the environment, and nobody else has it.')
@maxLength(16)
param name string = ''

@description('Tags that every part gets, besides that of azd.')
param tags object = {}

@description('Tier of the IoT Hub. Commands and twins need a Standard tier; F1 is free, for 8,000 messages a day.')
@allowed(['F1', 'S1', 'S2', 'S3'])
param iotHubTier string = 'S1'

@description('Units of the tier. One unit of S1 takes 400,000 messages a day.')
@minValue(1)
@maxValue(200)
param iotHubUnits int = 1

@description('Days that the hub keeps messages: how long the app may be away without losing any. F1 has one.')
@minValue(1)
@maxValue(7)
param retentionDays int = 7

@description('Partitions of the stream of messages, and so how many instances can read at once. Cannot be changed later. F1 has two.')
@minValue(2)
@maxValue(32)
param partitions int = 4

@description('Major version of Node.js that the app runs on.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('Instances at most.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Instances that wait for requests and so answer the first one at once. They are paid for while they wait.')
@minValue(0)
@maxValue(20)
param alwaysReady int = 0

@description('Settings of the app that differ from the defaults, by name, as in the README: { DEBOUNCE_SECONDS: \'120\' }. No secrets.')
param settings object = {}

@description('Client id of the app registration whose tokens are taken (docs/identity.md); empty: no tokens are taken.')
param tokenAudience string = ''

@description('Client id with which the console signs people in (docs/identity.md); empty: it asks for an access key.')
param consoleClientId string = ''

@description('Keys for programs, name:role:hash separated by commas. A hash is no secret; a key never stands here.')
param accessKeys string = ''

@description('Who is told when an alert rule fires. Left empty, alerts are seen in the portal only.')
param alertEmail string = ''

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logDays int = 30

@description('An Event Hub of our own, to which the hub routes its messages. It can be read with an identity, so that no key is left.')
param ownEventHub bool = false

@description('Private endpoints in a network of its own. Storage, vault and Event Hub are then closed to the internet; the app and the hub stay reachable.')
param privateNetwork bool = false

@description('Addresses of that network, a /24.')
param networkPrefix string = '10.60.0.0/24'

var base = empty(name) ? 'ccs${uniqueString(subscription().id, environmentName)}' : name
var allTags = union(tags, { 'azd-env-name': environmentName })

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${base}'
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    base: base
    location: location
    tags: allTags
    logDays: logDays
    appPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${base}'
    location: location
    tags: allTags
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: privateNetwork
  }
}

module eventHub 'modules/event-hub.bicep' = if (ownEventHub) {
  name: 'event-hub'
  scope: group
  params: {
    base: base
    location: location
    tags: allTags
    partitions: partitions
    retentionDays: retentionDays
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: privateNetwork
  }
}

module iotHub 'modules/iot-hub.bicep' = {
  name: 'iot-hub'
  scope: group
  params: {
    name: 'iot-${base}'
    location: location
    tags: allTags
    tier: iotHubTier
    units: iotHubUnits
    partitions: partitions
    retentionDays: retentionDays
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    routeTo: ownEventHub
      ? {
          endpointUri: eventHub!.outputs.endpointUri
          entityPath: eventHub!.outputs.eventHubName
          identityId: eventHub!.outputs.senderIdentityId
        }
      : null
  }
}

// Only the hub's built-in endpoint has no way in with an identity: its connection string is the one secret there is.
module vault 'modules/vault.bicep' = if (!ownEventHub) {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${base}'
    location: location
    tags: allTags
    iotHubName: iotHub.outputs.name
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: privateNetwork
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    base: base
    location: location
    tags: allTags
    prefix: networkPrefix
    storageId: storage.outputs.id
    iotHubId: iotHub.outputs.id
    vaultId: ownEventHub ? '' : vault!.outputs.id
    eventHubNamespaceId: ownEventHub ? eventHub!.outputs.namespaceId : ''
  }
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    base: base
    location: location
    tags: union(allTags, { 'azd-service-name': 'app' })
    nodeVersion: nodeVersion
    instanceMemory: instanceMemory
    maximumInstances: maximumInstances
    alwaysReady: alwaysReady
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    insightsName: monitoring.outputs.insightsName
    workspaceId: monitoring.outputs.workspaceId
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    iotHubHostName: iotHub.outputs.hostName
    consumerGroup: iotHub.outputs.consumerGroup
    eventHubName: ownEventHub ? eventHub!.outputs.eventHubName : iotHub.outputs.eventHubName
    eventHubNamespace: ownEventHub ? eventHub!.outputs.namespaceHost : ''
    eventsSecretUri: ownEventHub ? '' : vault!.outputs.eventsSecretUri
    tokenAudience: tokenAudience
    consoleClientId: consoleClientId
    accessKeys: accessKeys
    settings: settings
  }
}

module alertRules 'modules/alert-rules.bicep' = {
  name: 'alert-rules'
  scope: group
  params: {
    base: base
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    healthUrl: '${functionApp.outputs.url}/api/health'
    email: alertEmail
  }
}

output RESOURCE_GROUP string = group.name
output FUNCTION_APP_NAME string = functionApp.outputs.name
output FUNCTION_APP_URL string = functionApp.outputs.url
output WEB_API_URL string = '${functionApp.outputs.url}/api/data/v9.2/'
output IOT_HUB_NAME string = iotHub.outputs.name
output IOT_HUB_HOST_NAME string = iotHub.outputs.hostName
output STORAGE_ACCOUNT_NAME string = storage.outputs.name
output APP_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output LOG_WORKSPACE_ID string = monitoring.outputs.workspaceId
