/** Every fault by its name. */
import type { Fault } from './fault.ts';
import { appliedButUnknown, results } from './results.ts';
import { sealed } from './sealed.ts';
import { transport } from './transport.ts';

/** The faults, in the order in which they are shown. */
export const catalog: readonly Fault[] = [...transport, ...results, ...sealed, appliedButUnknown];

/** Draws one of the others for a request, or none; whether the update takes effect is up to the one drawn. */
export const chaos = {
  name: 'chaos',
  description:
    'Draws a fault at random, from those named in `of` or from all, for a share of the requests: `rate`, from 0 to 1. The same `seed` draws the same faults in the same order. Whether the update takes effect depends on the fault drawn.',
  applies: true,
  parameters: ['seed', 'rate', 'of'],
} as const satisfies Fault;

/** The fault with this name; `undefined` for chaos, which is no fault by itself. */
export function faultNamed(name: string): Fault | undefined {
  return catalog.find((fault) => fault.name === name);
}
