/** What the member sees of a pass, and what an update changed. */
import type { Pass } from '../../src/client.ts';

/** The parts of the card, in the order in which they are shown. */
export const cardParts = ['points', 'level', 'code', 'endDate', 'status'] as const;

export type CardPart = (typeof cardParts)[number];

/** The content of each part; `undefined` where the pass has none. */
export type Card = Record<CardPart, string | number | undefined>;

/** The card of a pass. */
export function cardOf({ points, level, codeInfo, endDate, status }: Pass): Card {
  return {
    points: points ?? undefined,
    level: level ?? undefined,
    code: codeOf(codeInfo),
    endDate: endDate ?? undefined,
    status,
  };
}

/** The names of `codeInfo` are not public: the one seen in use, else the first text. */
function codeOf(codeInfo: Pass['codeInfo']): string | undefined {
  return codeInfo?.$codevalue$ ?? Object.values(codeInfo ?? {}).find((value) => typeof value === 'string');
}

/** The parts that differ. */
export function changedParts(before: Card, after: Card): Set<CardPart> {
  return new Set(cardParts.filter((part) => before[part] !== after[part]));
}
