/** `/sandbox/faults`: the catalog, and the faults that wait for a request. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { armFault, disarmFaults, listFaults, maxActive } from '../faults/active.ts';
import { catalog, chaos, faultNamed } from '../faults/catalog.ts';
import { Refused } from './answer.ts';
import { readBody, strict, vClientId, vPassId, vText } from './input.ts';

const shown = [...catalog, chaos].map(({ name, description, applies, parameters }) => {
  return { name, description, applies, ...(parameters && { parameters }) };
});

const vWhole = (most: number) => {
  const expected = `a whole number from 1 to ${most}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(1, expected), v.maxValue(most, expected));
};
const vRate = v.pipe(v.number('0 to 1'), v.minValue(0, '0 to 1'), v.maxValue(1, '0 to 1'));
const vName = v.pipe(
  vText,
  v.check((name) => faultNamed(name) !== undefined, 'the name of a fault other than chaos'),
);

const befalls = { clientId: v.optional(vClientId), passId: v.optional(vPassId), times: v.optional(vWhole(1_000_000)) };
const vChaos = strict({
  name: v.literal(chaos.name),
  ...befalls,
  seed: v.pipe(v.union([vText, v.number()], 'text or a number'), v.transform(String)),
  rate: vRate,
  of: v.optional(
    v.pipe(v.array(vName, 'a list'), v.minLength(1, 'at least one name'), v.maxLength(100, 'at most 100')),
  ),
});
const vDelay = strict({ name: v.literal('delay'), ...befalls, delayMs: v.optional(vWhole(60_000)) });
const vOther = strict({
  name: v.pipe(
    vText,
    v.check((name) => faultNamed(name) !== undefined, 'the name of a fault'),
  ),
  ...befalls,
});

/** Each kind of fault has its own fields. */
const vFault = v.lazy((value) => {
  const { name } = (value ?? {}) as { name?: unknown };
  return name === 'chaos' ? vChaos : name === 'delay' ? vDelay : vOther;
});

export const faults = new Hono<{ Bindings: Env }>()
  .get('/', async ({ env, json }) => json({ catalog: shown, active: await listFaults(env.DB) }))
  .post('/', async (c) => {
    const fault = await armFault(c.env.DB, await readBody(c, vFault));
    if (fault) return c.json(fault, 201);
    throw new Refused('Conflict', [{ path: '', expected: `at most ${maxActive} faults that wait` }]);
  })
  .delete('/', async ({ env, json }) => json({ deleted: await disarmFaults(env.DB) }))
  .delete('/:id{[0-9]{1,15}}', async ({ env, req, json }) => {
    const deleted = await disarmFaults(env.DB, Number(req.param('id')));
    if (deleted === 0) throw new Refused('NotFound', [{ path: 'id', expected: 'the one of a fault that waits' }]);
    return json({ deleted });
  });
