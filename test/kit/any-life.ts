import fc from 'fast-check';

/** What happens in a life; `which` and `under` are places among the alerts, or cases, that there are by then. */
export type Step =
  | { does: 'storm'; size: number; devices: number; jump: number; tokens: number }
  | { does: 'send again'; of: number }
  | { does: 'post'; device: number; jump: number; under: number | null; isChosen: boolean }
  | { does: 'post many'; size: number; devices: number; jump: number }
  | { does: 'change' | 'close' | 'resolve' | 'delete'; which: number }
  | { does: 'parent'; which: number; minutes: number }
  | { does: 'close ticket'; which: number }
  | { does: 'appear'; device: number };

const which = fc.nat(10_000);
const devices = fc.constantFrom(1, 2, 5);
/** Minutes until the next alerts, or back. */
const jump = fc.constantFrom(0, 0, 0, 1, 3, -2, 60, -45);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('storm' as const),
      size: fc.constantFrom(1, 5, 40, 150),
      devices,
      jump,
      tokens: fc.constantFrom(3, 100_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('send again' as const), of: which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('post' as const),
      device: fc.nat(4),
      jump,
      under: fc.option(which),
      isChosen: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('post many' as const), size: fc.constantFrom(2, 30), devices, jump }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('change' as const, 'close' as const, 'resolve' as const, 'delete' as const),
      which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('parent' as const), which, minutes: fc.constantFrom(1, 30, 600) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('close ticket' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('appear' as const), device: fc.nat(4) }) },
);
export interface Life {
  steps: Step[];
  groupByText: string;
  mode: 'fixed' | 'sliding';
  joinOpenTicket: boolean;
  parentOnCreate: boolean;
}

export const anyLife: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 30 }),
  groupByText: fc.constantFrom('alert.msdyn_deviceid', 'alert.msdyn_alerttype', 'device.msdyn_account'),
  mode: fc.constantFrom('fixed', 'sliding'),
  joinOpenTicket: fc.boolean(),
  parentOnCreate: fc.boolean(),
});
