import type { PipelinePolicy } from '@azure/core-rest-pipeline';

const longestCall = 15_000;

/**
 * Ends each call of a storage client in time (milliseconds, the client's retries included): one that is never answered
 * would hold up whoever comes after it for good. A list is several calls, one for each page.
 */
export function boundedCalls(longest = longestCall): PipelinePolicy {
  return {
    name: 'boundedCalls',
    sendRequest: async (request, next) => {
      request.abortSignal ??= AbortSignal.timeout(longest);
      return next(request);
    },
  };
}
