import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError, messageOf } from './start-error';
import { parseTimeSpan } from './time-span';

export interface HttpSettings {
  routePrefix: string;
  /** -1: no limit, as everywhere outside the Consumption plan. */
  maxOutstandingRequests: number;
  maxConcurrentRequests: number;
  customHeaders: Record<string, string>;
}

export interface EventHubSettings {
  maxEventBatchSize: number;
  minEventBatchSize: number;
  /** How long to wait for `minEventBatchSize` events; without effect while that is 1. */
  maxWaitTimeMs: number;
  prefetchCount: number;
  batchCheckpointFrequency: number;
  initialOffset: 'fromStart' | 'fromEnd' | Date;
}

export interface QueueSettings {
  batchSize: number;
  newBatchThreshold: number;
  maxDequeueCount: number;
  visibilityTimeoutMs: number;
  maxPollingIntervalMs: number;
  messageEncoding: 'base64' | 'none';
}

export interface HostJson {
  /** Only these functions run, when given. */
  functions: string[] | undefined;
  functionTimeoutMs: number | undefined;
  /** `telemetryMode` is OpenTelemetry: the host begins the traces of what it calls. */
  isTracing: boolean;
  logLevels: Record<string, string>;
  http: HttpSettings;
  eventHubs: EventHubSettings;
  queues: QueueSettings;
}

type Section = Record<string, unknown>;

/** Reads host.json with the defaults of extension bundle 4. Throws a StartError for what the real host refuses. */
export function readHostJson(root: string): HostJson {
  const path = join(root, 'host.json');
  if (!existsSync(path)) throw new StartError(`${path} is missing; the least it may hold is { "version": "2.0" }.`);
  let file: Section;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as Section;
  } catch (error) {
    throw new StartError(`${path} cannot be read: ${messageOf(error)}`);
  }
  if (file['version'] !== '2.0') throw new StartError(`${path} must have "version": "2.0".`);
  const extensions = section(file, 'extensions');
  return {
    functions: Array.isArray(file['functions']) ? (file['functions'] as string[]) : undefined,
    functionTimeoutMs: functionTimeout(file['functionTimeout'], path),
    isTracing: text(file['telemetryMode'], '').toLowerCase() === 'opentelemetry',
    logLevels: section(section(file, 'logging'), 'logLevel') as Record<string, string>,
    http: httpSettings(section(extensions, 'http')),
    eventHubs: eventHubSettings(section(extensions, 'eventHubs'), path),
    queues: queueSettings(section(extensions, 'queues'), path),
  };
}

function functionTimeout(value: unknown, path: string): number | undefined {
  if (value === '-1') return undefined;
  return duration(value, 30 * 60_000, `${path}: functionTimeout`);
}

function httpSettings(http: Section): HttpSettings {
  return {
    routePrefix: text(http['routePrefix'], 'api').replaceAll(/^\/+|\/+$/g, ''),
    maxOutstandingRequests: count(http['maxOutstandingRequests'], -1),
    maxConcurrentRequests: count(http['maxConcurrentRequests'], -1),
    customHeaders: section(http, 'customHeaders') as Record<string, string>,
  };
}

function eventHubSettings(hub: Section, path: string): EventHubSettings {
  const maxEventBatchSize = count(hub['maxEventBatchSize'], 100);
  const minEventBatchSize = count(hub['minEventBatchSize'], 1);
  if (minEventBatchSize > maxEventBatchSize) {
    throw new StartError(`${path}: eventHubs.minEventBatchSize must not be larger than maxEventBatchSize.`);
  }
  const maxWaitTimeMs = duration(hub['maxWaitTime'], 60_000, `${path}: eventHubs.maxWaitTime`);
  if (maxWaitTimeMs > 600_000)
    throw new StartError(`${path}: eventHubs.maxWaitTime must not be longer than 10 minutes.`);
  return {
    maxEventBatchSize,
    minEventBatchSize,
    maxWaitTimeMs,
    prefetchCount: count(hub['prefetchCount'], 300),
    batchCheckpointFrequency: count(hub['batchCheckpointFrequency'], 1),
    initialOffset: initialOffset(section(hub, 'initialOffsetOptions'), path),
  };
}

function initialOffset({ type, enqueuedTimeUtc }: Section, path: string): EventHubSettings['initialOffset'] {
  const name = text(type, 'fromStart').toLowerCase();
  if (name === 'fromstart') return 'fromStart';
  if (name === 'fromend') return 'fromEnd';
  const time = new Date(text(enqueuedTimeUtc, ''));
  if (name === 'fromenqueuedtime' && !Number.isNaN(time.getTime())) return time;
  throw new StartError(
    `${path}: eventHubs.initialOffsetOptions must be fromStart, fromEnd or fromEnqueuedTime with enqueuedTimeUtc.`,
  );
}

function queueSettings(queues: Section, path: string): QueueSettings {
  const batchSize = count(queues['batchSize'], 16);
  if (batchSize < 1 || batchSize > 32) throw new StartError(`${path}: queues.batchSize must be from 1 to 32.`);
  return {
    batchSize,
    newBatchThreshold: count(queues['newBatchThreshold'], Math.floor(batchSize / 2)),
    maxDequeueCount: count(queues['maxDequeueCount'], 5),
    visibilityTimeoutMs: duration(queues['visibilityTimeout'], 0, `${path}: queues.visibilityTimeout`),
    // One minute in Azure; the real host also polls every 2 s in the Development environment.
    maxPollingIntervalMs: duration(queues['maxPollingInterval'], 2_000, `${path}: queues.maxPollingInterval`),
    messageEncoding: text(queues['messageEncoding'], 'base64').toLowerCase() === 'none' ? 'none' : 'base64',
  };
}

function section(parent: Section, name: string): Section {
  const value = parent[name];
  return typeof value === 'object' && value !== null ? (value as Section) : {};
}

function count(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function duration(value: unknown, otherwise: number, where: string): number {
  if (value === undefined || value === null) return otherwise;
  const milliseconds = typeof value === 'string' ? parseTimeSpan(value) : undefined;
  if (milliseconds === undefined) throw new StartError(`${where} must be a time span such as "00:05:00".`);
  return milliseconds;
}
