/**
 * The part of the host-to-worker messages that `@azure/functions` reads and writes, as its source defines it: what goes
 * in is what the real worker hands over after decoding a gRPC message, what comes out is what it would encode.
 */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  double?: number | null;
  http?: HttpData | null;
  collectionString?: { string: string[] } | null;
  collectionBytes?: { bytes: Uint8Array[] } | null;
  collectionSint64?: { sint64: number[] } | null;
}

export interface Nullable<T> {
  value?: T | null;
}

export interface HttpData {
  method?: string;
  url?: string;
  nullableHeaders?: Record<string, Nullable<string>>;
  nullableQuery?: Record<string, Nullable<string>>;
  nullableParams?: Record<string, Nullable<string>>;
  body?: TypedData | null;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: HttpCookie[];
}

export interface HttpCookie {
  name: string;
  value: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: Nullable<{ seconds: number }>;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  maxAge?: Nullable<number>;
}

export interface ParameterBinding {
  name: string;
  data?: TypedData | null;
}

export interface RetryContext {
  retryCount: number;
  maxRetryCount: number;
  exception?: { message?: string; source?: string; stackTrace?: string };
}

export interface InvocationRequest {
  inputData: ParameterBinding[];
  triggerMetadata?: Record<string, TypedData>;
  traceContext?: { traceParent: string; traceState?: string; attributes?: Record<string, string> };
  retryContext?: RetryContext;
}

export interface InvocationResponse {
  outputData?: ParameterBinding[];
  returnValue?: TypedData | null;
}

/** A trigger, input or output of one function; the keys beside `type` and `direction` are those the app wrote. */
export interface Binding {
  type: string;
  direction: 'in' | 'out';
  dataType?: string;
  [option: string]: unknown;
}

export interface RpcDuration {
  seconds: number;
}

export interface RetryOptions {
  retryStrategy: 'fixedDelay' | 'exponentialBackoff';
  maxRetryCount: number;
  delayInterval?: RpcDuration;
  minimumInterval?: RpcDuration;
  maximumInterval?: RpcDuration;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, Binding>;
  retryOptions?: RetryOptions;
}

export type FunctionCallback = (...inputs: unknown[]) => unknown;

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type LogCategory = 'user' | 'system' | 'customMetric';

export interface CoreInvocationContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: { name: string; bindings: Record<string, Binding> };
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';
  log(level: LogLevel, category: LogCategory, message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(worker: Record<string, string>): Promise<Record<string, string>>;
}
