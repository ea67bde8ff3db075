// Serves the page's sources while one works on them; the Web API is that of a running stack.
import { createServer } from 'vite';
import { config } from './config.mjs';

const server = await createServer({ ...config, logLevel: 'info' });
await server.listen();
server.printUrls();
