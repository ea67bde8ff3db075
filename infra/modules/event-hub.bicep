// An Event Hub of our own, for those who want no key at all: the hub writes to it, and the app reads it, each with an identity.
param base string
param location string
param tags object
param partitions int
param retentionDays int
param appPrincipalId string
param workspaceId string
param isPrivate bool

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: 'evhns-${base}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 1
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: true
    maximumThroughputUnits: 4
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

// The hub is no part of the private network; it is let in as a trusted service, and by its identity.
resource rules 'Microsoft.EventHub/namespaces/networkRuleSets@2024-01-01' = if (isPrivate) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Disabled'
    defaultAction: 'Deny'
    trustedServiceAccessEnabled: true
  }
}

resource eventHub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'alerts'
  properties: {
    partitionCount: partitions
    messageRetentionInDays: retentionDays
  }
}

resource consumerGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: eventHub
  name: 'connected-customer-service'
}

resource sender 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-hub'
  location: location
  tags: tags
}

// Azure Event Hubs Data Sender, for the hub.
resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(eventHub.id, sender.id, 'send')
  scope: eventHub
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '2b629674-e913-4c01-ae53-ef4638d8f975'
    )
    principalId: sender.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// Azure Event Hubs Data Receiver, for the app.
resource receive 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(eventHub.id, appPrincipalId, 'receive')
  scope: eventHub
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
    )
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output namespaceId string = namespace.id
output namespaceHost string = '${namespace.name}.servicebus.windows.net'
output endpointUri string = 'sb://${namespace.name}.servicebus.windows.net'
output eventHubName string = eventHub.name
output senderIdentityId string = sender.id
