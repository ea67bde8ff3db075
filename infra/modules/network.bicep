// A network for the app's way out, and a private endpoint in it for every service that the app speaks to.
param base string
param location string
param tags object
param prefix string
param storageId string
param iotHubId string

@description('Empty when there is no vault.')
param vaultId string

@description('Empty when there is no Event Hub of our own.')
param eventHubNamespaceId string

resource network 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'vnet-${base}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [prefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(prefix, 26, 0)
          delegations: [
            {
              name: 'flex'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(prefix, 26, 1) }
      }
    ]
  }
}

var storageHost = environment().suffixes.storage
var targets = [
  { part: 'blob', id: storageId, zone: 'privatelink.blob.${storageHost}' }
  { part: 'queue', id: storageId, zone: 'privatelink.queue.${storageHost}' }
  { part: 'table', id: storageId, zone: 'privatelink.table.${storageHost}' }
  { part: 'iotHub', id: iotHubId, zone: 'privatelink.azure-devices.net' }
  { part: 'vault', id: vaultId, zone: 'privatelink.vaultcore.azure.net' }
  { part: 'namespace', id: eventHubNamespaceId, zone: 'privatelink.servicebus.windows.net' }
]

module endpoints 'private-endpoint.bicep' = [
  for target in filter(targets, one => !empty(one.id)): {
    name: 'private-${target.part}'
    params: {
      name: 'pe-${target.part}-${base}'
      location: location
      tags: tags
      networkId: network.id
      subnetId: '${network.id}/subnets/endpoints'
      targetId: target.id
      part: target.part
      zoneName: target.zone
    }
  }
]

output appSubnetId string = '${network.id}/subnets/app'
