import type { RegistrationQueue, RegistrationRequest } from '../../ports/registration-queue';

/** Requests in this process's memory, for tests and trials; `requests` are those that wait, oldest first. */
export function memoryRegistrationQueue(): RegistrationQueue & { requests: RegistrationRequest[] } {
  const requests: RegistrationRequest[] = [];
  return { requests, add: async (request) => void requests.push(request) };
}
