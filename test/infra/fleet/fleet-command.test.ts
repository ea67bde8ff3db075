import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleet } from '../start-stack';

let empty: string;
beforeAll(async () => (empty = await mkdtemp(join(tmpdir(), 'fleet-'))));
afterAll(async () => rm(empty, { recursive: true, force: true }));

const realHub = 'HostName=contoso.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0';

describe('npm run fleet', () => {
  it.each([
    { which: 'a hub elsewhere without --yes', args: ['--connection-string', realHub], code: 1, line: /add --yes/ },
    {
      which: 'half a connection string',
      args: ['--connection-string', 'HostName=x'],
      code: 1,
      line: /must be HostName=/,
    },
    { which: 'no hub at all', args: [], code: 1, line: /^No local stack runs in .*: run npm start first/ },
    { which: 'no device', args: ['--devices', '0'], code: 2, line: /^--devices must be a whole number from 1/ },
    { which: 'an unknown option', args: ['--storms'], code: 2, line: /^Unknown option '--storms'.*--storm,/ },
  ])('refuses $which with one clear line', async ({ args, code, line }) => {
    const refused = fleet('--data', empty, ...args);
    expect(await refused.exitCode).toBe(code);
    expect(refused.lines).toEqual([expect.stringMatching(line)]);
  });
});
