// Every error the hub gives, with its HTTP status. The codes are the ones IoT Hub documents; NotImplemented is ours and
// marks what this emulator leaves out.
const statuses = {
  ArgumentInvalid: 400,
  InvalidOperation: 400,
  PreconditionFailed: 412,
  IotHubUnauthorizedAccess: 401,
  IotHubQuotaExceeded: 403,
  DeviceMaximumQueueDepthExceeded: 403,
  DeviceNotFound: 404,
  DeviceNotOnline: 404,
  DeviceMessageLockLost: 412,
  DeviceAlreadyExists: 409,
  MessageTooLarge: 413,
  ThrottlingException: 429,
  GatewayTimeout: 504,
  NotFound: 404,
  NotImplemented: 501,
} as const;

export type HubErrorCode = keyof typeof statuses;

/** What the hub answers when it refuses something, in any protocol. */
export class HubError extends Error {
  readonly status: number;
  constructor(
    readonly code: HubErrorCode,
    message: string,
    /** The AMQP condition, where the code does not say it all. */
    readonly condition?: string,
  ) {
    super(message);
    this.status = statuses[code];
  }
}

// As the IoT Hub SDKs translate them back.
const conditions: Partial<Record<HubErrorCode, string>> = {
  ArgumentInvalid: 'com.microsoft:argument-error',
  InvalidOperation: 'amqp:not-allowed',
  IotHubQuotaExceeded: 'amqp:resource-limit-exceeded',
  IotHubUnauthorizedAccess: 'amqp:unauthorized-access',
  DeviceMaximumQueueDepthExceeded: 'amqp:resource-limit-exceeded',
  DeviceNotFound: 'amqp:not-found',
  NotFound: 'amqp:not-found',
  MessageTooLarge: 'amqp:link:message-size-exceeded',
  DeviceMessageLockLost: 'com.microsoft:message-lock-lost',
  NotImplemented: 'amqp:not-implemented',
};

/** The same refusal as an AMQP error. */
export function amqpError(error: unknown): { condition: string; description: string } {
  if (error instanceof HubError) {
    return {
      condition: error.condition ?? conditions[error.code] ?? 'amqp:internal-error',
      description: error.message,
    };
  }
  return { condition: 'amqp:internal-error', description: error instanceof Error ? error.message : String(error) };
}
