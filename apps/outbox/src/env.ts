/** What the Worker is bound to: `wrangler.jsonc` names it. Its secrets and variables are read by `environment.ts`. */
import type { BatchMessage } from './batch-queue.ts';
import type { Merchant } from './environment.ts';
import type { Mailbox } from './mailbox.ts';
import type { Member } from './member.ts';
import type { PassRow } from './pass-index.ts';
import type { RateLease } from './rate-lease.ts';

export interface Env {
  /** One object a pass, by `idFromName(passId)`: the truth about that pass. */
  MAILBOX: DurableObjectNamespace<Mailbox>;
  /** One object a user, by name: the bills that were seen, and the points that they add up to. */
  MEMBER: DurableObjectNamespace<Member>;
  /** The bound on requests to AlipayHK, in RATE_SHARDS parts. */
  RATE_LEASE: DurableObjectNamespace<RateLease>;
  /** The index: lists and counts, rebuilt from the mailboxes. */
  DB: D1Database;
  /** Lines of batches on their way to the mailboxes. */
  BATCH_QUEUE: Queue<BatchMessage>;
  /** Rows on their way from the mailboxes to the index. */
  INDEX_QUEUE: Queue<PassRow>;
  /** Gets a data point for each event, where it is bound. */
  ANALYTICS?: AnalyticsEngineDataset;
}

/** What every route that needs the token works with. */
export type App = { Bindings: Env; Variables: { merchant: Merchant } };
