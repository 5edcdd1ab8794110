/** The variants that a sandbox can play, for whoever lets a user choose one. */
import { catalog } from './variants/catalog.ts';
import type { Variant, VariantKind } from './variants/variant.ts';

export type { VariantKind } from './variants/variant.ts';

/** A variant without what only the gateway needs. */
export const kindOf = ({ name, description, assumptions }: Variant): VariantKind => ({
  name,
  description,
  assumptions,
});

/** Every variant, in the order in which they are shown. */
export const variants: readonly VariantKind[] = catalog.map(kindOf);
