import { ServiceError } from '../domain/errors';

/** An HTTP request, as much of it as the Web API looks at: one of the host's, or a part of a batch. */
export interface Message {
  method: string;
  /** Absolute. */
  url: string;
  headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer | Uint8Array>;
}

/** The refusal of a method; `allowed` is a list in words. */
export function methodNotAllowed({ method }: Pick<Message, 'method'>, allowed: string): ServiceError {
  return new ServiceError('method-not-allowed', `${method} is not offered for this address, only ${allowed}.`);
}
