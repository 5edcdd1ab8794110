/** Every fault by its name. */
import type { Fault } from './fault.ts';
import { appliedButUnknown, results } from './results.ts';
import { sealed } from './sealed.ts';
import { transport } from './transport.ts';

/** The faults in the order in which they are shown. */
export const catalog: readonly Fault[] = [...transport, ...results, ...sealed, appliedButUnknown];

/** Draws one of the others for a request, or none; `applies` is that of the one that it drew. */
export const chaos = {
  name: 'chaos',
  description:
    'Draws a fault, of those named in `of` or of all, for the given rate of requests (0 to 1). The draws follow from the seed: the same seed brings the same faults in the same order. `applies` is that of the fault drawn.',
  applies: true,
  parameters: ['seed', 'rate', 'of'],
} as const satisfies Fault;

/** The fault of this name; `undefined` for chaos, which is none by itself. */
export function faultNamed(name: string): Fault | undefined {
  return catalog.find((fault) => fault.name === name);
}
