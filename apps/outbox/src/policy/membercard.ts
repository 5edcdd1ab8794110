/** What becomes of a customer who asks AlipayHK for the merchant's card. The merchant's own function goes in place of it. */
import type { CreateMembercardRequest, CreateMembercardResponse } from '@alipayhk-pass/api/webhooks';
import type { Registration } from '../members/member.ts';

/** What a merchant decides about such a customer. */
export interface Membership {
  /** Sent to AlipayHK; fields beside `resultInfo` are the merchant's (A32). */
  reply: CreateMembercardResponse;
  /** Stored before the reply is sent; absent for a customer who does not become a member. */
  member?: Registration;
}

/**
 * Takes in every customer, who collects points from now on; which pass shows them is not known yet and comes with
 * `PUT /members/:userId`. Neither number nor address is kept.
 *
 * It must store what it needs for good before it returns. When it throws, AlipayHK is told U and asks again: the same
 * customer may come twice.
 */
export async function createMembercard(_request: CreateMembercardRequest): Promise<Membership> {
  return { reply: { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } }, member: {} };
}
