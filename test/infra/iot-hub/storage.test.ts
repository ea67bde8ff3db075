import { appendFile, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEventLog } from '../../../infra/local/iot-hub/event-log';
import type { EventLog } from '../../../infra/local/iot-hub/event-log';
import { openJournal } from '../../../infra/local/iot-hub/journal';
import { cleanUp, newFolder } from './program';

afterEach(cleanUp);

describe('the event log', () => {
  const small = { segmentBytes: 200, segments: 3 };
  let clock = 1000;
  const now = () => clock;

  function append(log: EventLog, text: string): Promise<void> {
    return new Promise((resolve) => log.append(() => Buffer.from(text), resolve));
  }

  const text = (log: EventLog, sequence: number) => log.read(sequence)?.message.toString();

  test('an event is readable once it is stored, and not before', async () => {
    const log = openEventLog(await newFolder(), { now });
    let calls = 0;
    log.onStored(() => calls++);
    const stored = append(log, 'a');
    void append(log, 'b');
    expect([log.next, text(log, 0), log.last]).toEqual([0, undefined, undefined]);
    await stored;
    expect([log.next, text(log, 0), text(log, 1), calls]).toEqual([2, 'a', 'b', 1]);
    log.close();
  });

  test('it forgets its oldest file, keeps counting, and reads far behind what it holds in memory', async () => {
    const folder = await newFolder();
    let log = openEventLog(folder, { now, ...small });
    for (let index = 0; index < 50; index++) await append(log, `event ${index} ${'x'.repeat(20)}`);
    expect(await readdir(folder)).toHaveLength(3);
    expect(log.first).toBeGreaterThan(30);
    expect(text(log, log.first - 1)).toBeUndefined();
    for (const _again of [1, 2]) {
      for (let sequence = log.first; sequence < 50; sequence++)
        expect(text(log, sequence)).toMatch(`event ${sequence} `);
      const { first, last } = log;
      log.close();
      log = openEventLog(folder, { now, ...small });
      expect([log.first, log.next, log.last]).toEqual([first, 50, last]);
    }
    log.close();
  });

  test('it finds places by number, by offset and by time, also in old files, and its time never runs back', async () => {
    const log = openEventLog(await newFolder(), { now, segmentBytes: 200, segments: 100 });
    for (let index = 0; index < 30; index++) {
      clock = index === 10 ? 500 : 1000 + index;
      await append(log, `event ${index} ${'x'.repeat(20)}`);
    }
    expect(log.read(10)!.time).toBe(1009);
    expect(log.find(({ sequence }) => sequence > 7)).toBe(8);
    expect(log.find(({ time }) => time > 1025)).toBe(26);
    expect(log.find(({ time }) => time >= 0)).toBe(0);
    expect(log.find(({ offset }) => offset >= log.read(12)!.offset)).toBe(12);
    expect(log.find(() => false)).toBe(30);
    log.close();
  });

  test('what was torn at the end is cut off and written over', async () => {
    const folder = await newFolder();
    let log = openEventLog(folder, { now });
    await append(log, 'whole');
    await append(log, 'torn');
    log.close();
    const [file] = await readdir(folder);
    const path = join(folder, file!);
    await truncate(path, (await stat(path)).size - 2);
    log = openEventLog(folder, { now });
    expect([log.next, text(log, 0), text(log, 1)]).toEqual([1, 'whole', undefined]);
    await append(log, 'new');
    log.close();
    log = openEventLog(folder, { now });
    expect([log.next, text(log, 1)]).toEqual([2, 'new']);
    log.close();
  });

  test('any other damage is an error that names the file', async () => {
    const folder = await newFolder();
    const log = openEventLog(folder, { now, ...small });
    for (let index = 0; index < 20; index++) await append(log, `event ${index} ${'x'.repeat(20)}`);
    log.close();
    const [oldest] = (await readdir(folder)).toSorted();
    const path = join(folder, oldest!);
    const content = await readFile(path);
    await appendFile(path, 'more');
    expect(() => openEventLog(folder, { now, ...small })).toThrow(`${path} is damaged`);
    content.writeDoubleBE(99, 4); // a sequence number that cannot be
    await writeFile(path, content);
    const reopened = openEventLog(folder, { now, ...small });
    expect(() => reopened.read(reopened.first)).toThrow(`${path} is damaged`);
    reopened.close();
  });
});

describe('the journal', () => {
  function open(path: string, state: Map<string, number>, slack?: number) {
    return openJournal<[string, number]>(path, {
      restore: ([name, value]) => void state.set(name, value),
      snapshot: () => state.entries(),
      slack,
    });
  }

  test('it replays what was appended, also after a torn last line', async () => {
    const path = join(await newFolder(), 'journal');
    const journal = open(path, new Map());
    journal.append(['a', 1]);
    journal.append(['b', 2]);
    journal.append(['a', 3]); // not closed: the process is killed here
    await appendFile(path, '["c",');
    const state = new Map<string, number>();
    open(path, state).close();
    expect([...state]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(await readFile(path, 'utf8')).toBe('["a",3]\n["b",2]\n');
  });

  test('it does not grow for ever', async () => {
    const path = join(await newFolder(), 'journal');
    const state = new Map<string, number>();
    const journal = open(path, state, 1000);
    for (let index = 0; index < 1000; index++) {
      state.set('a', index);
      journal.append(['a', index]);
    }
    expect((await stat(path)).size).toBeLessThan(1100);
    journal.close();
    const read = new Map<string, number>();
    open(path, read).close();
    expect(read.get('a')).toBe(999);
  });

  test('a line that cannot be read is an error that names file and line', async () => {
    const path = join(await newFolder(), 'journal');
    await writeFile(path, '["a",1]\nnonsense\n["b",2]\n');
    expect(() => open(path, new Map())).toThrow(`${path} is damaged in line 2`);
  });
});
