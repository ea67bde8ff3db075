import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { lanes } from './subject';

/** Posts JSON over a few connections that stay open. */
export interface Poster {
  /** Fails with the answer's own words when it is not a success. */
  post(path: string, body: Buffer): Promise<void>;
  close(): void;
}

export function openPoster(url: string): Poster {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  return {
    post: async (path, body) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': body.length };
        const sent = request({ hostname, port, path, method: 'POST', headers, agent }, (answer) => {
          if (answer.statusCode! >= 300) return void refused(path, answer).then(reject, reject);
          answer.resume();
          answer.on('end', resolve);
          answer.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

async function refused(path: string, answer: IncomingMessage): Promise<Error> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return new Error(`POST ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
}
