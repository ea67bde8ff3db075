// For azd, which sets these variables from the environment's name and region, and for
// `az deployment sub create`, where you set them or write over them with --parameters name=value.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'connected-customer-service')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param name = readEnvironmentVariable('CCS_NAME', '')
param alertEmail = readEnvironmentVariable('CCS_ALERT_EMAIL', '')
param iotHubTier = readEnvironmentVariable('CCS_IOT_HUB_TIER', 'S1')
param ownEventHub = bool(readEnvironmentVariable('CCS_OWN_EVENT_HUB', 'false'))
param privateNetwork = bool(readEnvironmentVariable('CCS_PRIVATE_NETWORK', 'false'))
param tokenAudience = readEnvironmentVariable('CCS_TOKEN_AUDIENCE', '')
param consoleClientId = readEnvironmentVariable('CCS_CONSOLE_CLIENT_ID', '')
param accessKeys = readEnvironmentVariable('CCS_ACCESS_KEYS', '')
