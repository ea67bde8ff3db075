// The app: Flex Consumption, one package in the storage account, one identity, and settings without a secret in them.
param base string
param location string
param tags object
param nodeVersion string
param instanceMemory int
param maximumInstances int
param alwaysReady int
param identityId string
param identityClientId string
param storageName string
param packageContainer string
param insightsName string
param workspaceId string
param subnetId string
param iotHubHostName string
param consumerGroup string
param eventHubName string

@description('Host name of the Event Hub of our own; empty when the hub\'s built-in endpoint is read.')
param eventHubNamespace string

@description('Where the connection string of the built-in endpoint is; empty when it is not read.')
param eventsSecretUri string

@description('Client id of the app registration that stands for this API; empty: no tokens are taken.')
param tokenAudience string

@description('Client id with which the console signs people in; empty: it asks for an access key.')
param consoleClientId string

@description('Keys for programs, name:role:hash; hashes only.')
param accessKeys string

@description('Settings that differ from the defaults below.')
param settings object

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var login = '${environment().authentication.loginEndpoint}${tenant().tenantId}'

// Every setting of shared/config.ts is here, one line each, and nothing else: `npm run check:bicep` compares them, and the
// defaults, too.
var appSettings = {
  AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  TABLES_ENDPOINT: storage.properties.primaryEndpoints.table
  IOT_HUB_EVENT_HUB_NAME: eventHubName
  IOT_HUB_CONSUMER_GROUP: consumerGroup
  IOT_HUB_CONNECTION_STRING: ''
  IOT_HUB_HOST_NAME: iotHubHostName
  DEBOUNCE_SECONDS: '60'
  DEBOUNCE_WINDOW: 'fixed'
  DEBOUNCE_MAX_AGE_SECONDS: '3600'
  DEBOUNCE_MIN_SECONDS: '60'
  DEBOUNCE_MAX_SECONDS: '180'
  DEBOUNCE_GROUP_BY: 'alert.msdyn_deviceid'
  PARENT_ALERTS_ON_CREATE: 'true'
  JOIN_OPEN_TICKET: 'true'
  REGISTRY_OPERATIONS_PER_MINUTE: '100'
  REGISTRATION_TIMEOUT_SECONDS: '600'
  REGISTRATION_RETRY_SECONDS: '60'
  DEVICES_SPEAK_FOR_OTHERS: 'true'
  DEVICE_CACHE_SECONDS: '2'
  RETENTION_DAYS: '0'
  COMMAND_TTL_SECONDS: '3600'
  AUTHENTICATION: 'deployed'
  TOKEN_ISSUERS: empty(tokenAudience) ? '' : '${login}/v2.0,https://sts.windows.net/${tenant().tenantId}/'
  TOKEN_AUDIENCES: empty(tokenAudience) ? '' : '${tokenAudience},api://${tokenAudience}'
  TOKEN_KEYS_URL: empty(tokenAudience) ? '' : '${login}/discovery/v2.0/keys'
  CONSOLE_CLIENT_ID: consoleClientId
  ACCESS_KEYS: accessKeys
  REQUESTS_PER_MINUTE: '1200'
  EFFECTS_PER_MINUTE: '600'
  PLATFORM_AUTHENTICATION: 'false'
  OTEL_EXPORTER_OTLP_ENDPOINT: ''
  OTEL_EXPORTER_OTLP_HEADERS: ''
  OTEL_METRIC_EXPORT_INTERVAL: '60000'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
}

var eventSettings = empty(eventHubNamespace)
  ? {
      IOT_HUB_EVENTS: '@Microsoft.KeyVault(SecretUri=${eventsSecretUri})'
    }
  : {
      IOT_HUB_EVENTS__fullyQualifiedNamespace: eventHubNamespace
      IOT_HUB_EVENTS__credential: 'managedidentity'
      IOT_HUB_EVENTS__clientId: identityClientId
    }

// Read by the platform and by the Azure SDKs, not by the app.
var platformSettings = {
  AZURE_CLIENT_ID: identityClientId
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  languageWorkers__node__arguments: '--max-semi-space-size=32 --heap-growing-percent=50'
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${base}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-${base}'
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady == 0 ? [] : [{ name: 'http', instanceCount: alwaysReady }]
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
    }
  }
}

resource configuration 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(appSettings, eventSettings, platformSettings, settings)
}

// Packages are put up with Microsoft Entra ID only, never with a user name and password.
resource noPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [
  for door in ['scm', 'ftp']: {
    parent: app
    name: door
    properties: { allow: false }
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
