/** `/sandbox/variants`: the gateways that a sandbox can emulate, and the one that this sandbox emulates. */
import { Hono } from 'hono';
import { kindOf, type Variant } from '../variants/variant.ts';
import { variants } from '../variants.ts';

export function variantRoutes(variant: Variant | undefined) {
  return new Hono().get('/', (c) => c.json({ catalog: [...variants], active: variant ? kindOf(variant) : null }));
}
