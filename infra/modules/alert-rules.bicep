// What is worth waking somebody for. Each rule says in its description what to do; docs/azure.md says more. Lines of the log
// are asked for by their names (shared/model/log-lines.ts), steps of traces by theirs (shared/model/telemetry.ts).
param base string
param location string
param tags object
param workspaceId string
param insightsId string
param healthUrl string
param email string

// Severity 1 wakes, 2 waits for the morning. Times are looked at every five minutes.
// The app itself reads these poison queues and writes down what failed: nobody needs to be woken for that.
var rules = [
  {
    name: 'parked-messages'
    severity: 2
    window: 'PT15M'
    description: 'Messages could not be understood and were parked. Read ccs_parkedmessages: ccs_detail says what is wrong with each.'
    query: 'AppTraces | where Message startswith "message-parked:" or Message startswith "queue-message-parked:"'
  }
  {
    name: 'poison-queue'
    severity: 1
    window: 'PT15M'
    description: 'A queue message failed five times and was put aside. Read the queue whose name ends in -poison, mend the cause, put the message back.'
    query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri contains "-poison/" and not(Uri has_any ("/commands-poison/", "/devicedata-poison/", "/twins-poison/", "/registrations-poison/"))'
  }
  {
    name: 'consumer-lag'
    severity: 1
    window: 'PT15M'
    description: 'Messages wait for more than five minutes, or arrive and are not handled at all. Look for failures of onIoTHubEvents; alerts are late, and are lost when the retention of the hub is over.'
    query: '''
let late = AppTraces | where Message startswith "events-late:";
let arrived = toscalar(AzureMetrics | where MetricName == "d2c.telemetry.ingress.success" | summarize sum(Total));
let handled = toscalar(union (AppRequests | where Name == "onIoTHubEvents"), (AppDependencies | where Name == "ccs.ingest") | summarize count());
let stuck = print Arrived = arrived, Handled = handled | where Arrived > 0 and Handled == 0;
union late, stuck
'''
  }
  {
    name: 'failed-registrations'
    severity: 2
    window: 'PT15M'
    description: 'Devices could not be registered with the hub. Each line that begins with registration-failed names a device; its msdyn_registrationmessage says why.'
    query: 'union (AppTraces | where Message startswith "registration-failed:"), (AppRequests | where Name startswith "onRegistration" and Success == false)'
  }
  {
    name: 'failing-functions'
    severity: 1
    window: 'PT15M'
    description: 'Functions threw, ten times or more in a quarter of an hour. The exceptions are in AppExceptions.'
    query: 'AppRequests | where Success == false and toint(ResultCode) !between (400 .. 499) | summarize Failures = count() | where Failures >= 10'
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${base}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'ccs-alerts'
    enabled: true
    emailReceivers: [
      {
        name: 'on-call'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var told = empty(email) ? [] : [people.id]

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [
  for rule in rules: {
    name: '${base}-${rule.name}'
    location: location
    tags: tags
    properties: {
      displayName: rule.name
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      // In a new workspace the tables come with their first rows.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: told }
    }
  }
]

// The health check: Flex Consumption has none of its own, so it is asked from outside, from three places. More often than
// every quarter of an hour would cost more than the app at rest.
resource health 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'health-${base}'
  location: location
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'health-${base}'
    Name: 'health'
    Enabled: true
    Kind: 'standard'
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    Locations: [
      { Id: 'emea-nl-ams-azr' }
      { Id: 'emea-gb-db3-azr' }
      { Id: 'us-va-ash-azr' }
    ]
    Request: {
      RequestUrl: healthUrl
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

resource down 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${base}-down'
  location: 'global'
  tags: tags
  properties: {
    description: 'The app does not answer GET /api/health from two of three places.'
    severity: 1
    enabled: true
    scopes: [health.id, insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: health.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: empty(email) ? [] : [{ actionGroupId: people.id }]
  }
}
