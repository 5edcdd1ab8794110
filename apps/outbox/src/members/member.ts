/** A member: its points, what made them, and the pass that shows them. Functions from state to state. */
import type { FieldNames } from '../config/field-names.ts';
import type { Change, Fields } from '../pass/fields.ts';

/** The pass that shows a member's points. */
export interface MemberPass {
  passId: string;
  merchantId: string;
  /** As in an update: who holds the pass is what the newest change says, so those of points have to say all of it. */
  openId?: string | undefined;
  templateCode?: string | undefined;
}

/** What is registered of a member; what is left out stays as it is. */
export interface Registration {
  pass?: MemberPass | undefined;
  /** Points besides those of bills and adjustments. */
  openingPoints?: number | undefined;
}

export interface Member {
  userId: string;
  /** Names the member towards passes, which keep no id of the user for that. */
  key: string;
  pass?: MemberPass | undefined;
  /** Every pass that it had, but for closed ones that have left. */
  passIds: string[];
  openingPoints: number;
  /** The sum over bills and adjustments. */
  postedPoints: number;
  bills: number;
  adjustments: number;
  /** Of the last change for the pass. */
  sequence: number;
}

/** A bill or an adjustment: what it adds or takes, under an id that counts once. */
export interface Posting {
  id: string;
  kind: 'bill' | 'adjustment';
  /** The same id with another digest is another posting, and is refused. */
  digest: string;
  points: number;
  /** The transaction that the card shows with it. */
  transaction: Fields;
}

/** A change on its way to the pass: the total after it, and the transaction that made it. */
export interface Handover {
  sequence: number;
  points: number;
  transaction?: Fields | undefined;
}

/** The posting of a bill. */
export function billPosting(bill: {
  billNo: string;
  currency: string;
  amount: number;
  pointsProvider: string;
  points: number;
}): Posting {
  const { billNo, currency, amount, pointsProvider, points } = bill;
  return {
    ...{ id: `bill/${billNo}`, kind: 'bill', digest: `${currency} ${amount}`, points },
    transaction: { billNo, lastChangePoints: `${points}`, pointsProvider },
  };
}

/** The posting of an adjustment: it is with no bill of AlipayHK's. */
export function adjustmentPosting(id: string, points: number): Posting {
  return {
    ...{ id: `adjustment/${id}`, kind: 'adjustment', digest: `${points}`, points },
    transaction: { billNo: null, lastChangePoints: `${points}`, pointsProvider: null },
  };
}

/** Most passes of a member: a row of a Durable Object holds two megabytes. */
export const mostPasses = 100;

export function newMember(userId: string, key: string): Member {
  return { userId, key, passIds: [], openingPoints: 0, postedPoints: 0, bills: 0, adjustments: 0, sequence: 0 };
}

/** The member without anything but its passes. Its sequence goes on, because an earlier change may be on its way. */
export function erased({ userId, key, passIds, sequence }: Member): Member {
  return { ...newMember(userId, key), passIds, sequence };
}

/** The member without some of its passes. The one that shows its points stays. */
export function withoutPasses(member: Member, passIds: readonly string[]): Member {
  const isGone = (passId: string): boolean => passId !== member.pass?.passId && passIds.includes(passId);
  return { ...member, passIds: member.passIds.filter((passId) => !isGone(passId)) };
}

/** Whether nothing is known of a member. */
export function isBlank({ pass, passIds, bills, adjustments }: Member): boolean {
  return pass === undefined && passIds.length === 0 && bills + adjustments === 0;
}

export function totalOf({ openingPoints, postedPoints }: Member): number {
  return openingPoints + postedPoints;
}

/** Adds a posting, with the change that the pass has to show, if it has one. */
export function post(
  member: Member,
  { kind, points, transaction }: Posting,
): { member: Member; handover?: Handover | undefined } | 'PointsOverflowing' | 'PointsInsufficient' {
  const next: Member = {
    ...{ ...member, postedPoints: member.postedPoints + points },
    ...(kind === 'bill' ? { bills: member.bills + 1 } : { adjustments: member.adjustments + 1 }),
  };
  if (!isSafe(next)) return 'PointsOverflowing';
  if (totalOf(next) < 0) return 'PointsInsufficient';
  if (points === 0 || member.pass === undefined) return { member: next };
  return noted(next, transaction);
}

/** Why a registration was refused. */
export type RegisterRefusal = 'MemberFull' | 'PointsOverflowing' | 'PointsInsufficient';

/** Names the pass that shows the points. Another pass, or another total, is a change that it has to show. */
export function register(
  member: Member,
  { pass = member.pass, openingPoints = member.openingPoints }: Registration,
): { member: Member; handover?: Handover | undefined } | RegisterRefusal {
  const passIds = pass && !member.passIds.includes(pass.passId) ? [...member.passIds, pass.passId] : member.passIds;
  if (passIds.length > mostPasses) return 'MemberFull';
  const next: Member = { ...member, pass, openingPoints, passIds };
  if (!isSafe(next)) return 'PointsOverflowing';
  if (totalOf(next) < 0) return 'PointsInsufficient';
  const isSame = isSamePass(pass, member.pass) && openingPoints === member.openingPoints;
  // A card that was just made shows no points by itself.
  if (isSame || pass === undefined || totalOf(next) + totalOf(member) === 0) return { member: next };
  return noted(next, undefined);
}

/** What the pass has to show. */
export function changeOfHandover(
  { userId, pass }: Member & { pass: MemberPass },
  { points, transaction }: Handover,
  names: FieldNames,
): Change {
  const { merchantId, openId, templateCode } = pass;
  return {
    who: { merchantId, userId, ...(openId && { openId }), ...(templateCode && { templateCode }) },
    status: 'UPDATE',
    updateDetailType: 'UPDATE_MEMBER_CARD',
    fields: { ...pointsFields(points, names), ...(transaction && { transaction }) },
  };
}

/** Points as the template's fields. */
function pointsFields(points: number, { points: fields }: FieldNames): Fields {
  return Object.fromEntries(
    fields.map(({ name, form }) => [`dataInfo/${name}`, form === 'text' ? `${points}` : points]),
  );
}

function noted(member: Member, transaction: Fields | undefined): { member: Member; handover: Handover } {
  const sequence = member.sequence + 1;
  return { member: { ...member, sequence }, handover: { sequence, points: totalOf(member), transaction } };
}

function isSamePass(one: MemberPass | undefined, other: MemberPass | undefined): boolean {
  return (['passId', 'merchantId', 'openId', 'templateCode'] as const).every((name) => one?.[name] === other?.[name]);
}

function isSafe(member: Member): boolean {
  return Number.isSafeInteger(member.postedPoints) && Number.isSafeInteger(totalOf(member));
}
