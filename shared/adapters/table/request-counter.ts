import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Telemetry } from '../../ports/telemetry';

/** Counts each request to storage, and each try of one. */
export function requestCounter(telemetry: () => Telemetry): PipelinePolicy {
  return {
    name: 'requestCounter',
    sendRequest: async (request, next) => {
      const operation = request.url.endsWith('/$batch') ? 'BATCH' : request.method;
      const response = await next(request);
      telemetry().count('ccs.storage.transactions', 1, {
        'ccs.operation': operation,
        'http.response.status_code': response.status,
      });
      return response;
    },
  };
}
