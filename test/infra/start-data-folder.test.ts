import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder } from '../../infra/local/stack/data-folder';

let base: string;
beforeAll(async () => (base = await mkdtemp(join(tmpdir(), 'data-folder-'))));
afterAll(async () => rm(base, { recursive: true, force: true }));

async function folderWith(name: string, files: Record<string, string>): Promise<string> {
  const path = join(base, name);
  await mkdir(path);
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return path;
}

describe('the data folder of a local stack', () => {
  it('is made when it is missing, with the folders above it', async () => {
    const folder = await openDataFolder(join(base, 'a', 'b'), { fresh: false });
    expect(await readdir(folder.path)).toContain('LOCAL-STACK.txt');
    await folder.close();
  });

  it('belongs to one stack at a time', async () => {
    const path = join(base, 'shared');
    const folder = await openDataFolder(path, { fresh: false });
    await expect(openDataFolder(path, { fresh: true })).rejects.toThrow(
      `Another stack uses ${path} (process ${process.pid})`,
    );
    await folder.close();
    await (await openDataFolder(path, { fresh: false })).close();
  });

  it('can be taken over from a stack that was killed, also when its process id is in use again', async () => {
    const path = join(base, 'orphan');
    await (await openDataFolder(path, { fresh: false })).close();
    const orphans = process.platform === 'linux' ? ['999999999 77', `${process.pid} 1`, ''] : ['999999999 77', ''];
    for (const orphan of orphans) {
      await writeFile(join(path, 'stack.pid'), orphan);
      await (await openDataFolder(path, { fresh: false })).close();
    }
  });

  it('is emptied of what a stack made, and of nothing else, when that is asked for', async () => {
    const path = join(base, 'fresh');
    await (await openDataFolder(path, { fresh: false })).close();
    await writeFile(join(path, 'keys.json'), '{}');
    await mkdir(join(path, 'azurite'));
    await writeFile(join(path, 'azurite', 'x'), '');
    await writeFile(join(path, 'my notes'), '');
    await (await openDataFolder(path, { fresh: true })).close();
    expect((await readdir(path)).toSorted()).toEqual(['LOCAL-STACK.txt', 'my notes']);
  });

  it.each([{ fresh: false }, { fresh: true }])(
    'is never a folder that holds something else (fresh: $fresh)',
    async ({ fresh }) => {
      const path = await folderWith(`foreign-${fresh}`, { 'thesis.doc': 'years of work', 'keys.json': '{}' });
      await expect(openDataFolder(path, { fresh })).rejects.toThrow('is not empty and holds no data of a local stack');
      expect((await readdir(path)).toSorted()).toEqual(['keys.json', 'thesis.doc']);
    },
  );

  it('is refused with the reason when it is a file or lies in one', async () => {
    const file = join(await folderWith('files', { file: '' }), 'file');
    await expect(openDataFolder(file, { fresh: false })).rejects.toThrow('it is a file, not a folder');
    await expect(openDataFolder(join(file, 'sub'), { fresh: false })).rejects.toThrow('it is a file, not a folder');
  });
});
