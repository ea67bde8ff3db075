import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../shared/config';
import type { Setting } from '../shared/config';
import { edmType, propertyOf } from '../shared/model/edm';
import { action, actions } from '../shared/model/actions';
import type { ActionName } from '../shared/model/actions';
import { entities, entity, entityOfSet } from '../shared/model/entities';
import type { EntityName } from '../shared/model/entities';
import { logLines } from '../shared/model/log-lines';
import { queues as modelQueues } from '../shared/model/queues';
import { collectionsOf, navigationsOf } from '../shared/model/properties';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const names = Object.keys(entities) as EntityName[];

describe('the functions', () => {
  const files = readdirSync(join(root, 'functions')).map((file) => file.replace(/\.ts$/, ''));

  test.each(files)('%s registers exactly one function, of the same name', (file) => {
    const registrations = [...read(`functions/${file}.ts`).matchAll(/\bapp\s*\.\s*(?!setup\b)\w+\(\s*'([^']+)'/g)];
    expect(registrations.map(([, name]) => name)).toEqual([file]);
  });

  test('that are called sort before the catch-all of the Web API, because routes are tried by name', () => {
    const sorted = files.toSorted((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1));
    const called = sorted.filter((name) => /^(ccs|msdyn)_/.test(name));
    expect(sorted.indexOf('webApi')).toBeGreaterThan(Math.max(-1, ...called.map((name) => sorted.indexOf(name))));
  });
});

describe('the queues', () => {
  const readers = readdirSync(join(root, 'functions')).flatMap((file) => {
    const [, rest] = read(`functions/${file}`).split('app.storageQueue(');
    return rest === undefined ? [] : { file, rest, queue: /queueName: '([\w-]+)'/.exec(rest)?.[1] };
  });
  const queues = readers.map(({ queue }) => queue!);
  const plain = queues.filter((queue) => !queue.endsWith('-poison'));

  test('are those that the app writes to', () => {
    const written = [...read('shared/composition.ts').matchAll(/queueOf<\w+>\('(\w+)'\)/g)].map(([, queue]) => queue!);
    expect(written.length).toBeGreaterThan(3);
    expect(plain.toSorted()).toEqual([...new Set(written)].toSorted());
  });

  test('are those of the model', () => {
    expect(plain.toSorted()).toEqual(modelQueues.toSorted());
  });

  test('have a reader each, and what fails there has one, too', () => {
    expect(queues.toSorted()).toEqual(plain.flatMap((queue) => [queue, `${queue}-poison`]).toSorted());
  });

  test.each(readers)('$queue is read in the one way that drops nothing', ({ rest, queue }) => {
    expect(/handler: (.*?),/.exec(rest)?.[1]).toBe(`reading('${queue}'`);
  });
});

describe('the log', () => {
  const files = ['functions', 'shared'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  );

  test('is written to in lines of the table only', () => {
    const direct = files.filter((file) => /\b(context|console)\.(log|trace|debug|info|warn|error)\(/.test(read(file)));
    for (const file of direct) expect([file, read(file)]).toEqual([file, expect.stringMatching(/\.error\(logText\('/)]);
    expect(direct.toSorted()).toEqual(['shared/hub/queue-reader.ts', 'shared/odata/report.ts']);
  });

  test.each(Object.keys(logLines))('has somebody who writes %s', (name) => {
    const writers = files.filter((file) => file !== 'shared/model/log-lines.ts' && read(file).includes(`'${name}'`));
    expect(writers).not.toEqual([]);
  });
});

describe('the actions', () => {
  const called = readdirSync(join(root, 'functions')).map((file) => file.replace(/\.ts$/, ''));

  test('are one row and one file each', () => {
    expect(called.filter((name) => /^(ccs|msdyn)_/.test(name)).toSorted()).toEqual(Object.keys(actions).toSorted());
  });

  test.each(Object.keys(actions) as ActionName[])('%s is registered where its row says', (name) => {
    const { boundTo } = action(name);
    const source = read(`functions/${name}.ts`);
    const path = boundTo === null ? name : `${entity(boundTo).set}({id})/Microsoft.Dynamics.CRM.${name}`;
    expect(/route: '([^']+)'/.exec(source)?.[1]).toBe(`api/data/v9.2/${path}`);
    expect(/methods: (\[.*\])/.exec(source)?.[1]).toBe("['POST']");
    expect(/calling\(\s*'(\w+)'/.exec(source)?.[1]).toBe(name);
  });

  test.each(Object.keys(actions) as ActionName[])('%s has parameters and a result that are named once', (name) => {
    const { parameters, result } = action(name);
    const names = parameters.map((parameter) => parameter.name);
    expect(new Set(names).size).toBe(names.length);
    if (result) expect(result.type).toBe(`${name}Response`);
  });
});

describe('the settings', () => {
  const sample = JSON.parse(read('local.settings.sample.json')) as {
    IsEncrypted: boolean;
    Values: Record<string, string>;
  };
  const rows: Record<string, Setting> = settings;

  test('are all in local.settings.sample.json, and nothing else is', () => {
    expect(Object.keys(sample.Values).toSorted()).toEqual(
      ['FUNCTIONS_WORKER_RUNTIME', ...Object.keys(settings)].toSorted(),
    );
    expect(sample.IsEncrypted).toBe(false);
  });

  test.each(Object.entries(rows).filter(([, row]) => row.default !== undefined))(
    '%s has its default there',
    (name, row) => {
      expect(sample.Values[name]).toBe(row.default);
    },
  );

  test.each(Object.keys(rows))('%s is in the table of the README', (name) => {
    expect(read('README.md')).toContain(`\`${name}\``);
  });

  test('that a function names are settings', () => {
    const source = readdirSync(join(root, 'functions')).map((file) => read(`functions/${file}`));
    const named = source.flatMap((text) =>
      [...text.matchAll(/'%(\w+)%'|connection: '(\w+)'/g)].map(([, a, b]) => a ?? b!),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(Object.keys(settings)).toContain(name);
  });
});

describe.each(names)('the table %s', (name) => {
  const { key, primaryName, set, states, columns, alternateKey } = entity(name);

  test('has its key, its primary name and its alternate key among its columns', () => {
    expect(columns[key]).toMatchObject({ kind: 'id' });
    expect(Object.keys(columns)).toEqual(
      expect.arrayContaining([primaryName, ...(alternateKey ? [alternateKey] : [])]),
    );
    expect(entityOfSet(set)).toBe(name);
  });

  test('has lookups that lead to tables of the model, and properties that are named once', () => {
    const properties = Object.entries(columns).map(([column, row]) => propertyOf(column, row));
    expect(new Set(properties).size).toBe(properties.length);
    for (const column of Object.values(columns)) {
      expect(edmType(column)).toMatch(/^Edm\./);
      if (column.kind !== 'lookup') continue;
      for (const { table } of column.targets) expect(names).toContain(table);
      if (column.tableIn) expect(columns[column.tableIn]).toMatchObject({ kind: 'string', readOnly: true });
      expect(column.targets.length > 1).toBe(column.tableIn !== undefined);
    }
  });

  test('has navigations that are named once, also those that lead to it', () => {
    const lookups = Object.values(columns).flatMap((column) => (column.kind === 'lookup' ? column.targets : []));
    expect(navigationsOf(name).size).toBe(lookups.length);
    const leadingHere = names
      .flatMap((each) => Object.values(entity(each).columns))
      .flatMap((column) => (column.kind === 'lookup' ? column.targets : []))
      .filter(({ table }) => table === name);
    expect(collectionsOf(name).size).toBe(leadingHere.length);
    for (const collection of collectionsOf(name).keys()) expect(navigationsOf(name).has(collection)).toBe(false);
  });

  test('has the same states in its rows as in its option sets', () => {
    const { statecode, statuscode } = columns;
    if (statecode?.kind !== 'choice' || statuscode?.kind !== 'choice') throw new Error(`${name} has no states`);
    const byNumber = (a: number, b: number) => a - b;
    expect(states.map(({ value }) => value).toSorted(byNumber)).toEqual(
      Object.values(statecode.options).toSorted(byNumber),
    );
    const statuses = states.flatMap((state) => Object.values(state.statuses));
    expect(statuses.toSorted(byNumber)).toEqual(Object.values(statuscode.options).toSorted(byNumber));
  });
});

test('no two tables share a row key prefix in one storage table', () => {
  const places = names.map((name) => `${entity(name).stored.table}/${entity(name).stored.prefix}`);
  expect(new Set(places).size).toBe(names.length);
});
