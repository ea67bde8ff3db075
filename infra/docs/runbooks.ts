/** What to do for each rule that wakes somebody: a test holds the names against infra/modules/alert-rules.bicep. */
export const runbooks: Readonly<Record<string, readonly string[]>> = {
  'parked-messages': [
    'Read the newest `ccs_parkedmessages`: `ccs_parkedreason` and `ccs_detail` say what is wrong, `msdyn_deviceid` who sent it.',
    'One device: its program. All devices: what was rolled out last, or a route of the hub that sends us what is not meant for us.',
    'Nothing else is held up by them. When the cause is mended, `ccs_ReplayParkedMessages` sends them the way they would have gone, each once; delete what nobody needs.',
    '`not-storable`: the storage refused an alert by itself, with its words in `ccs_detail`; all others of its batch are there. Please report it: none is known.',
  ],
  'poison-queue': [
    'Functions read the poison queues of this service. This one is of another program, or of a queue that was added.',
    'Read the message, mend the cause, put the message back into the queue without `-poison`.',
  ],
  'consumer-lag': [
    '`GET /api/health?details`: is storage up? How long did the newest event of each partition wait?',
    'If `onIoTHubEvents` fails, its failures say why; batches are tried again until they are durable, so nothing is lost until the ' +
      'retention of the hub is over.',
    'If nothing fails: `ccs.commit.duration` high means slow storage (look for 429 and 503 in `ccs.storage.transactions`); else ' +
      'one instance reads each partition, and that is not enough: more partitions, or units.',
    'If nobody takes messages at all: is the app stopped? Does another program read our consumer group?',
  ],
  'failed-registrations': [
    'Filter devices by `msdyn_registrationstatus` Error; `msdyn_registrationmessage` says why and what to do.',
    'Mend it and call `msdyn_RegisterIoTDevice` again: to register twice does no harm.',
  ],
  'failing-functions': [
    '`AppExceptions` and the lines `request-failed`: `reason` is the kind of the error, `where` its place in the code.',
    '`storage-unavailable`, `queue-unreachable`, `hub-unreachable`, `hub-busy`: `GET /api/health?details` says what is away.',
    'Anything else since the last deployment: put up the package before it ([azure.md](azure.md)).',
  ],
  down: [
    'Ask `GET /api/health` yourself. No answer: is the app stopped, or do its settings keep it from starting? The first lines of ' +
      '`FunctionAppLogs` name each setting that cannot be used, and what is allowed.',
    'It does not ask storage or hub, so it is up when only these are away; `?details` tells.',
  ],
};
