/** `/sandbox/variants`: the gateways that a sandbox can play, and the one that this sandbox plays. */
import { Hono } from 'hono';
import type { Variant } from '../variants/variant.ts';
import { kindOf, variants } from '../variants.ts';

export function variantRoutes(variant: Variant | undefined) {
  return new Hono().get('/', (c) => c.json({ catalog: [...variants], played: variant ? kindOf(variant) : null }));
}
