import { memoryTelemetry } from '../../shared/adapters/memory/telemetry';
import { exportTo } from '../../shared/adapters/open-telemetry/exporting';
import { otlpReceiver } from '../../shared/adapters/open-telemetry/otlp';
import { ServiceError } from '../../shared/domain/errors';
import type { Telemetry } from '../../shared/ports/telemetry';
import { startOtlpReceiver } from '../kit/otlp-receiver';

/** A step as its receiver sees it. */
interface Seen {
  name: string;
  /** The name of the step around it, or the trace parent that it was given. */
  within: string | undefined;
  about: Record<string, string | number>;
  links: string[];
}

interface Subject {
  telemetry: Telemetry;
  /** Ends the telling; steps are in the order they ended in. */
  told: () => Promise<{ steps: Seen[]; figures: { name: string; value: number; about: object }[] }>;
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const elsewhere = `00-${traceId}-${spanId}-01`;

function onMemory(): Subject {
  const telemetry = memoryTelemetry();
  const steps = () =>
    telemetry.steps.map(({ name, within, parent, about, links }) => ({
      name,
      within: parent ?? within,
      about: { ...about } as Seen['about'],
      links: [...links],
    }));
  return { telemetry, told: async () => ({ steps: steps(), figures: telemetry.figures }) };
}

async function overOtlp(): Promise<Subject> {
  const receiver = await startOtlpReceiver();
  const teller = { name: 'test', version: '1', instance: 'one' };
  const to = otlpReceiver({ endpoint: `${receiver.url}/`, headers: { 'x-api-key': 'k' } });
  const { telemetry, stop } = exportTo([to], teller, 60_000);
  const told = async () => {
    await stop();
    await receiver.stop();
    expect(receiver.resources[0] ?? {}).toMatchObject(
      receiver.spans.length > 0 ? { 'service.name': 'test', 'service.version': '1', 'service.instance.id': 'one' } : {},
    );
    expect(receiver.headers.every((headers) => headers['x-api-key'] === 'k')).toBe(true);
    const named = receiver.spans.map((span) => ({ ...span, name: span.name.split(' ')[0]! }));
    const nameOf = (id: string | undefined) =>
      id === spanId ? elsewhere : named.find((span) => span.spanId === id)?.name;
    return {
      steps: named.map(({ name, parentSpanId, about, links }) => ({
        name,
        within: nameOf(parentSpanId || undefined),
        about,
        links: links.map((link) => `00-${link.traceId}-${link.spanId}-01`),
      })),
      figures: receiver.points().map(({ metric, value, sum, about }) => ({ name: metric, value: sum ?? value, about })),
    };
  };
  return { telemetry, told };
}

describe.each<{ which: string; open: () => Subject | Promise<Subject> }>([
  { which: 'memory', open: onMemory },
  { which: 'OTLP', open: overOtlp },
])('telemetry on $which', ({ open }) => {
  test('steps within a step are its parts, also when they are done at once', async () => {
    const { telemetry, told } = await open();
    const answer = await telemetry.step('ccs.ingest', { 'ccs.partition': '0' }, async () => {
      const parts = [1, 2].map(async (shard) =>
        telemetry.step('ccs.commit', { 'ccs.shard': shard }, async () =>
          telemetry.step('ccs.ticket', {}, async () => shard),
        ),
      );
      return Promise.all(parts);
    });
    expect(answer).toEqual([1, 2]);
    const { steps } = await told();
    expect(
      steps.map(({ name, within }) => ({ name, within })).toSorted((a, b) => a.name.localeCompare(b.name)),
    ).toEqual([
      { name: 'ccs.commit', within: 'ccs.ingest' },
      { name: 'ccs.commit', within: 'ccs.ingest' },
      { name: 'ccs.ingest', within: undefined },
      { name: 'ccs.ticket', within: 'ccs.commit' },
      { name: 'ccs.ticket', within: 'ccs.commit' },
    ]);
  });

  test('a step says what is known before and what is learnt on the way', async () => {
    const { telemetry, told } = await open();
    await telemetry.step('ccs.commit', { 'ccs.shard': 7 }, async (tell) => tell({ 'ccs.outcome': 'committed' }));
    expect((await told()).steps).toMatchObject([{ about: { 'ccs.shard': 7, 'ccs.outcome': 'committed' } }]);
  });

  test('a step goes on a trace of another process, and names others that led to it', async () => {
    const { telemetry, told } = await open();
    const origin = { parent: elsewhere, links: [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`] };
    await telemetry.step('ccs.function', { 'ccs.function': 'onCommands' }, async () => undefined, origin);
    expect((await told()).steps).toMatchObject([{ name: 'ccs.function', within: elsewhere, links: origin.links }]);
  });

  test.each([
    {
      which: 'one of ours',
      error: new ServiceError('storage-unavailable', 'secret text'),
      type: 'storage-unavailable',
    },
    { which: 'one of the runtime', error: new TypeError('secret text'), type: 'TypeError' },
    {
      which: 'one that names itself oddly',
      error: Object.assign(new Error('x'), { name: 'secret text' }),
      type: 'unknown',
    },
    { which: 'no error at all', error: 'secret text', type: 'unknown' },
  ])('what a step throws is thrown and told by its kind, without its text: $which', async ({ error, type }) => {
    const { telemetry, told } = await open();
    const step = telemetry.step('ccs.read', {}, async () => {
      throw error;
    });
    await expect(step).rejects.toBe(error);
    const { steps } = await told();
    expect(steps).toMatchObject([{ about: { 'error.type': type } }]);
    expect(JSON.stringify(steps)).not.toContain('secret');
  });

  test('figures arrive with what they are about', async () => {
    const { telemetry, told } = await open();
    telemetry.count('ccs.events', 3, { 'ccs.partition': '1' });
    telemetry.measure('ccs.lag', 1.5, { 'ccs.partition': '1' });
    expect((await told()).figures).toEqual([
      { name: 'ccs.events', value: 3, about: { 'ccs.partition': '1' } },
      { name: 'ccs.lag', value: 1.5, about: { 'ccs.partition': '1' } },
    ]);
  });
});

test('a receiver that is gone neither fails what is told of nor keeps the telling from its end', async () => {
  const receiver = await startOtlpReceiver();
  await receiver.stop();
  const to = otlpReceiver({ endpoint: receiver.url, headers: {} });
  const { telemetry, stop } = exportTo([to], { name: 'test', version: '1', instance: 'one' }, 60_000);
  telemetry.count('ccs.events', 1);
  expect(await telemetry.step('ccs.read', {}, async () => 'done')).toBe('done');
  await stop();
});
