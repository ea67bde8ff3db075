import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeStatus } from './http-message';
import type { LocalHostSettings } from './settings';

/** `Host.CORS` of local.settings.json: `*` or a list of origins. Returns true when it answered a preflight request. */
export function createCors({ CORS, CORSCredentials }: LocalHostSettings) {
  const origins = CORS?.split(',').map((origin) => origin.trim().replace(/\/$/, '').toLowerCase());
  if (!origins?.[0]) return undefined;
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { origin } = request.headers;
    if (!origin) return false;
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (origins.includes('*') || origins.includes(origin.toLowerCase())) {
      const anybody = origins.includes('*') && !CORSCredentials;
      response.setHeader('access-control-allow-origin', anybody ? '*' : origin);
      if (!anybody) response.setHeader('vary', 'Origin');
      if (CORSCredentials) response.setHeader('access-control-allow-credentials', 'true');
      if (isPreflight) {
        response.setHeader('access-control-allow-methods', request.headers['access-control-request-method']!);
        const headers = request.headers['access-control-request-headers'];
        if (headers) response.setHeader('access-control-allow-headers', headers);
      }
    }
    if (isPreflight) writeStatus(response, 204);
    return isPreflight;
  };
}
