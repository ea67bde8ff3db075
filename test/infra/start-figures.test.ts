import { figuresLine, readCounts } from '../../infra/local/stack/figures';
import type { WebApi } from '../../infra/local/web-api';

const fleet = { devices: 10, online: 9, sent: 1234, failed: 0 };
const exactly = (value: number) => ({ value, atLeast: false });

/** A Web API that counts what it is told, and remembers what it was asked. */
function counting(answers: Record<string, { value: number; atLeast: boolean }>): { api: WebApi; asked: string[] } {
  const asked: string[] = [];
  const count = async (set: string, filter?: string) => {
    asked.push(filter === undefined ? set : `${set} ${filter}`);
    const answer = answers[set];
    if (!answer) throw new Error('no such set');
    return answer;
  };
  return {
    asked,
    api: { count, list: async function* list() {}, has: async () => true, create: async () => 'exists' as const },
  };
}

describe('the line of figures', () => {
  it('shows what the devices sent and what became of it', () => {
    const counts = {
      alerts: exactly(40),
      parents: exactly(4),
      cases: exactly(2),
      workOrders: exactly(1),
      parked: exactly(0),
    };
    expect(figuresLine(fleet, counts, 3.14159)).toBe(
      '9 of 10 devices online, 1234 events sent, 40 alerts (4 parents, 36 duplicates), 2 cases, 1 work orders, 0 parked, 3.1 alerts/s',
    );
  });

  it('shows a dash for what could not be asked, and marks what is a lower bound', () => {
    const counts = { alerts: { value: 10_000, atLeast: true }, parents: { value: 90, atLeast: true } };
    expect(figuresLine(fleet, counts, undefined)).toBe(
      '9 of 10 devices online, 1234 events sent, 10000+ alerts (90+ parents, - duplicates), - cases, - work orders, - parked, - alerts/s',
    );
  });

  it('leaves out the one count that fails, and asks no more for one that cannot grow', async () => {
    const many = { value: 10_000, atLeast: true };
    const { api, asked } = counting({ msdyn_iotalerts: many, incidents: exactly(7), msdyn_workorders: exactly(0) });
    const first = await readCounts(api, 1000);
    expect(first).toEqual({ alerts: many, parents: many, cases: exactly(7), workOrders: exactly(0) });
    asked.length = 0;
    expect(await readCounts(api, 1000, first)).toEqual(first);
    expect(asked).toEqual(['incidents', 'msdyn_workorders', 'ccs_parkedmessages']);
  });
});
