// The hub that the devices speak to, with a consumer group of our own, so that nobody else's reader takes our messages.
param name string
param location string
param tags object
param tier string
param units int
param partitions int
param retentionDays int
param appPrincipalId string
param workspaceId string

// The role assignments of that endpoint stand in the module that these values come from, so they are there before the route.
@description('Where messages go instead of the built-in endpoint: { endpointUri, entityPath, identityId }, or null.')
param routeTo object?

var consumerGroupName = 'connected-customer-service'
var routed = routeTo != null
var endpointName = 'alerts'

// What the hub itself tells of its devices. Messages need no route to the built-in endpoint: the fallback takes them there.
var hubEvents = ['DeviceConnectionStateEvents', 'DeviceLifecycleEvents', 'TwinChangeEvents']
var sources = routed ? union(['DeviceMessages'], hubEvents) : hubEvents

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: tier
    capacity: units
  }
  identity: routed
    ? {
        type: 'UserAssigned'
        userAssignedIdentities: { '${routeTo!.identityId}': {} }
      }
    : { type: 'None' }
  properties: {
    minTlsVersion: '1.2'
    // Keys of the hub are needed for the built-in endpoint only. Devices have keys or certificates of their own.
    disableLocalAuth: routed
    eventHubEndpoints: {
      events: {
        retentionTimeInDays: tier == 'F1' ? 1 : retentionDays
        partitionCount: tier == 'F1' ? 2 : partitions
      }
    }
    routing: {
      endpoints: {
        eventHubs: routed
          ? [
              {
                name: endpointName
                authenticationType: 'identityBased'
                endpointUri: routeTo!.endpointUri
                entityPath: routeTo!.entityPath
                identity: { userAssignedIdentity: routeTo!.identityId }
              }
            ]
          : []
      }
      routes: [
        for source in sources: {
          name: source
          source: source
          condition: 'true'
          endpointNames: [routed ? endpointName : 'events']
          isEnabled: true
        }
      ]
      fallbackRoute: {
        name: '$fallback'
        source: 'DeviceMessages'
        condition: 'true'
        endpointNames: ['events']
        isEnabled: true
      }
    }
  }
}

resource consumerGroup 'Microsoft.Devices/IotHubs/eventHubEndpoints/ConsumerGroups@2023-06-30' = {
  name: '${hub.name}/events/${consumerGroupName}'
  properties: { name: consumerGroupName }
}

// IoT Hub Data Contributor: the one built-in role that may send to devices. Registration and twins would need two narrower
// ones, which it includes.
resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hub.id, appPrincipalId, 'data')
  scope: hub
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4fc6c259-987e-4a07-842e-c321cc9d413f'
    )
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: hub
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'Connections', enabled: true }
      { category: 'DeviceIdentityOperations', enabled: true }
      { category: 'C2DCommands', enabled: true }
      { category: 'Routes', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = hub.id
output name string = hub.name
output hostName string = hub.properties.hostName
output eventHubName string = hub.properties.eventHubEndpoints.events.path
output consumerGroup string = consumerGroupName
