/** `/sandbox/faults`: the catalog, and the faults that wait for a request. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { catalog, chaos, faultNamed } from '../faults/catalog.ts';
import type { SqlStore } from '../store.ts';
import { addFault, listFaults, maxActive, removeFaults } from '../tables/faults.ts';
import { Refused } from './errors.ts';
import { body, strict, vClientId, vPassId, vText } from './input.ts';

/** A fault of the catalog, as it is shown. */
export interface FaultKind {
  /** Its name, as `http-502`. */
  name: string;
  /** What it does to a request and its reply. */
  description: string;
  /** Whether the update takes effect although there is the fault. */
  applies: boolean;
  /** What it can be set up with, as `delayMs`, besides the requests that it is for. */
  parameters?: readonly string[];
}

const kinds: FaultKind[] = [...catalog, chaos].map(({ name, description, applies, parameters }) => {
  return { name, description, applies, ...(parameters && { parameters }) };
});

const vWhole = (most: number) => {
  const message = `must be a whole number from 1 to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(1, message), v.maxValue(most, message));
};
const rateRange = 'must be a number from 0 to 1';
const vRate = v.pipe(v.number(rateRange), v.minValue(0, rateRange), v.maxValue(1, rateRange));
const vName = v.pipe(
  vText,
  v.check((name) => faultNamed(name) !== undefined, 'is not the name of a fault'),
);
const vNameButChaos = v.pipe(
  vText,
  v.check((name) => faultNamed(name) !== undefined, 'is not the name of a fault other than chaos'),
);

const requests = { clientId: v.optional(vClientId), passId: v.optional(vPassId), times: v.optional(vWhole(1_000_000)) };
const vChaos = strict({
  name: v.literal(chaos.name),
  ...requests,
  seed: v.pipe(v.union([vText, v.number()], 'must be text or a number'), v.transform(String)),
  rate: vRate,
  of: v.optional(
    v.pipe(
      v.array(vNameButChaos, 'must be a list'),
      v.minLength(1, 'is empty'),
      v.maxLength(100, 'has more than 100 names'),
    ),
  ),
});
const vDelay = strict({ name: v.literal('delay'), ...requests, delayMs: v.optional(vWhole(60_000)) });
const vOther = strict({ name: vName, ...requests });

/** Each kind of fault has its own fields. */
const vFault: v.GenericSchema<
  v.InferInput<typeof vChaos> | v.InferInput<typeof vDelay> | v.InferInput<typeof vOther>,
  v.InferOutput<typeof vChaos> | v.InferOutput<typeof vDelay> | v.InferOutput<typeof vOther>
> = v.lazy((value) => {
  const { name } = (value ?? {}) as { name?: unknown };
  return name === 'chaos' ? vChaos : name === 'delay' ? vDelay : vOther;
});

export function faultRoutes(store: SqlStore) {
  return new Hono()
    .get('/', async (c) => c.json({ catalog: kinds, active: await listFaults(store) }))
    .post('/', body(vFault), async (c) => {
      const fault = await addFault(store, c.req.valid('json'));
      if (fault) return c.json(fault, 201);
      throw new Refused('Conflict', `${maxActive} faults are active already`);
    })
    .delete('/', async (c) => c.json({ deleted: await removeFaults(store) }))
    .delete('/:id{[0-9]{1,15}}', async (c) => {
      const deleted = await removeFaults(store, Number(c.req.param('id')));
      if (deleted === 0) throw new Refused('NotFound', 'no such active fault');
      return c.json({ deleted });
    });
}
