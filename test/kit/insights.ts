import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { makeAuthority, makeServerCertificate } from '../../infra/local/iot-hub/certificates';

/** What Application Insights is sent: one thing that happened. */
interface Envelope {
  iKey: string;
  tags: Record<string, string>;
  data: {
    baseType: string;
    baseData: { name?: string; properties?: Record<string, string>; metrics?: { name: string; value: number }[] };
  };
}

/** Takes what is sent to Application Insights, on a port of this machine, and keeps it. */
export async function startInsights() {
  const bodies: string[] = [];
  const envelopes: Envelope[] = [];
  const authority = makeAuthority(new Date());
  const { certificate: cert, key } = makeServerCertificate('insights.test', authority, new Date());
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      bodies.push(text);
      const items = JSON.parse(text) as Envelope[];
      envelopes.push(...items);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ itemsReceived: items.length, itemsAccepted: items.length, errors: [] }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    /** Certificate of whoever vouches for the server. */
    authority: authority.certificate,
    bodies,
    envelopes,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
