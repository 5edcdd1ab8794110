/** The variants that a sandbox can emulate, for whoever lets a user choose one. */
import { catalog } from './variants/catalog.ts';
import { kindOf, type VariantKind } from './variants/variant.ts';

export type { VariantKind } from './variants/variant.ts';

/** Every variant, in the order in which they are shown. */
export const variants: readonly VariantKind[] = catalog.map(kindOf);
