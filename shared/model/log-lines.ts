/*
 * Every line that the service writes into its log. A line is `<name>: <what it means> <what to do> <ids as JSON>`, so that rules
 * ask for its name, people read it, and programs parse its end. docs/operations.md is written from these rows, and alert rules
 * are held against them.
 */

interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  means: string;
  /** Empty when there is nothing to do. */
  do: string;
}

export const logLines = {
  'parent-alert': { level: 'info', means: 'An alert became a primary alert.', do: '' },
  'message-parked': {
    level: 'warn',
    means: 'A message was not understood, or cannot be stored as an alert, and is kept.',
    do: 'Read ccs_parkedmessages: ccs_detail says what is wrong with it.',
  },
  'queue-message-parked': {
    level: 'error',
    means: 'A message of a queue is none that this service puts there, and is kept.',
    do: 'Read ccs_parkedmessages, and find out who else writes to the queue.',
  },
  'events-late': {
    level: 'warn',
    means: 'Events waited for more than five minutes before they were dealt with.',
    do: 'Look for failures of onIoTHubEvents; if there are none, more partitions or instances are needed. What is older than the retention of the hub is lost.',
  },
  'alerts-skipped': { level: 'info', means: 'Alerts were delivered before and are not written again.', do: '' },
  'device-deleted': {
    level: 'warn',
    means: 'A device was deleted in the IoT Hub and is Unregistered now.',
    do: 'Register it again if it is needed.',
  },
  'reports-missing': {
    level: 'info',
    means: 'Reports of devices are missing; their twins are read as a whole.',
    do: '',
  },
  'registration-failed': {
    level: 'error',
    means: 'A device could not be registered.',
    do: 'Read msdyn_registrationmessage of the device, then register it again.',
  },
  'device-job-failed': {
    level: 'error',
    means: 'Something else that was asked for a device could not be done.',
    do: 'Read msdyn_registrationmessage of the device, then ask for it again.',
  },
  'device-job-done': { level: 'info', means: 'What was asked for devices is done.', do: '' },
  'device-batch-failed': {
    level: 'warn',
    means: 'Some devices of a batch failed.',
    do: 'There is a line for each of them.',
  },
  'device-batch-waits': {
    level: 'warn',
    means: 'A batch of devices waits for the hub.',
    do: 'If it stays so, see whether the hub is there and throttles.',
  },
  'device-batch-given-up': {
    level: 'error',
    means: 'A batch of devices was given up.',
    do: 'There is a line for each device; ask for them again.',
  },
  'device-batches-taken-up': {
    level: 'warn',
    means: 'Batches of devices that had got lost on the way were taken up again.',
    do: 'Often: see why instances end.',
  },
  'command-sent': { level: 'info', means: 'A command was sent.', do: '' },
  'command-waits': { level: 'info', means: 'A command waits; its msdyn_commandstatusreason says for what.', do: '' },
  'command-failed': {
    level: 'error',
    means: 'A command was not sent.',
    do: 'Read its msdyn_commandstatusreason, and create another one.',
  },
  'command-put-off': {
    level: 'error',
    means: 'A command has to wait, because storage or queues are away.',
    do: 'It is taken up again within minutes; see whether the storage account is there.',
  },
  'command-given-up': {
    level: 'error',
    means: 'A command failed again and again.',
    do: 'See the failures of onCommands.',
  },
  'command-delivered': { level: 'info', means: 'A device took a command.', do: '' },
  'command-not-delivered': {
    level: 'warn',
    means: 'A device did not take a command.',
    do: 'Read its msdyn_commandstatusreason.',
  },
  'commands-taken-up': {
    level: 'info',
    means: 'Commands that were not finished within a minute were taken up.',
    do: '',
  },
  'feedback-of-strangers': {
    level: 'info',
    means: 'The hub reported on messages that are no commands of this service.',
    do: '',
  },
  'twin-failed': {
    level: 'error',
    means: 'The hub refused what a twin was to hold.',
    do: 'Read ccs_twinmessage of the device.',
  },
  'twin-waits': { level: 'debug', means: 'A twin waits for the hub, or for its device to be registered.', do: '' },
  'twins-tried-again': {
    level: 'warn',
    means: 'Twins wait for more than two minutes and are tried again.',
    do: 'Read ccs_twinmessage of the devices.',
  },
  'twin-put-off': {
    level: 'error',
    means: 'A twin failed again and again, and is tried again later.',
    do: 'See the failures of onTwins.',
  },
  'device-data-pulled': { level: 'info', means: 'The data of devices was pulled.', do: '' },
  'device-data-unknown': { level: 'warn', means: 'A device is not in the IoT Hub.', do: 'Register it again.' },
  'device-data-waits': {
    level: 'warn',
    means: 'The data of devices waits for the hub.',
    do: 'If it stays so, see whether the hub is there and throttles.',
  },
  'device-data-given-up': {
    level: 'error',
    means: 'The data of a device was not pulled.',
    do: 'The device says why; ask for it again.',
  },
  'device-data-taken-up': {
    level: 'warn',
    means: 'Requests for device data that had got lost on the way were taken up again.',
    do: 'Often: see why instances end.',
  },
  'alerts-expired': { level: 'info', means: 'Alerts older than RETENTION_DAYS were removed.', do: '' },
  'alerts-linked': { level: 'info', means: 'Alerts were linked to devices that exist by now.', do: '' },
  'connections-settled': {
    level: 'info',
    means: 'Devices got the customer asset and account that their connections say.',
    do: '',
  },
  'request-failed': {
    level: 'error',
    means: 'A request over HTTP met a fault, of this service or of what it needs.',
    do: 'See GET /api/health?details; if all is good there, report it with what follows.',
  },
} as const satisfies Record<string, LogLine>;

export type LogLineName = keyof typeof logLines;

/** What a line may name. Nothing else gets into a log: not what a device sent, no key, no address with a query. */
export const logIds = {
  device: 'Device ID',
  deviceRecord: 'id of the device',
  alert: 'id of the alert',
  parent: 'id of the primary alert',
  command: 'id of the command',
  job: 'id of the device job',
  batch: 'id of a batch of it',
  action: 'what was asked for devices',
  partition: 'partition of the hub',
  sequence: 'sequence number in it',
  queue: 'name of the queue',
  response: 'what a primary alert led to',
  reason: 'one word of a closed list, or the code of an error',
  count: 'how many',
  failed: 'how many of them failed',
  seconds: 'how long',
  says: 'text of an error, where it is ours or that of the runtime',
  where: 'where in the code an error arose',
} as const;

export type LogId = keyof typeof logIds;
