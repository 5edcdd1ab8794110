/** The way into mailboxes for everything in this Worker that has an update. */
import type { UpdatePassRequest } from '@alipayhk-pass/api';
import type { Env } from './env.ts';
import type { Conditions, Mailbox, PutResult } from './mailbox.ts';
import { changeOf } from './units.ts';

/** The mailbox of a pass. */
export function mailboxOf(env: Env, passId: string): DurableObjectStub<Mailbox> {
  return env.MAILBOX.getByName(passId);
}

/**
 * Puts an update, as `readUpdate` returns it, into its pass's mailbox; settles once it is durable there. With a key it may
 * be called again after a failure: the update counts once.
 */
export async function putUpdate(env: Env, update: UpdatePassRequest, conditions?: Conditions): Promise<PutResult> {
  return mailboxOf(env, update.passId).put(update.passId, changeOf(update), conditions);
}
