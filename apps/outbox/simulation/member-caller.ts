/** AlipayHK as it notifies bills, and a merchant that adjusts: each until it gets a reply, and now and then once more. */
import { adjustmentPosting, billPosting, type Posting } from '../src/members/member.ts';
import { shardOf } from '../src/shard/route.ts';
import type { World } from './world.ts';

export class MemberCaller {
  readonly userId: string;
  readonly passId: string;
  readonly #world: World;
  /** Bills with points, in the order in which they were taken in. */
  readonly bills: string[] = [];
  points = 0;
  #count = 0;
  #last: Posting | undefined;
  isBusy = false;

  constructor(world: World, userId: string, passId: string) {
    this.userId = userId;
    this.passId = passId;
    this.#world = world;
  }

  /** Names the pass. */
  async register(): Promise<void> {
    await this.#untilReply('register', [this.userId, { pass: { passId: this.passId, merchantId: 'M1' } }]);
  }

  /** A bill or an adjustment; points only rise, so that a card's must not fall. */
  async post(): Promise<void> {
    const { scheduler } = this.#world;
    this.#count += 1;
    const points = 1 + scheduler.below(9);
    const id = `${this.userId}-${this.#count}`;
    const posting = scheduler.chance(0.85)
      ? billPosting({ billNo: id, currency: 'HKD', amount: points * 100, pointsProvider: 'ALIPAYHK', points })
      : adjustmentPosting(id, points);
    const result = await this.#untilReply('post', [this.userId, posting]);
    if (result !== 'posted' && result !== 'repeated') this.#world.gateway.problems.push(`${id}: ${result}`);
    this.points += points;
    if (posting.kind === 'bill') this.bills.push(id);
    if (this.#last && scheduler.chance(0.2)) {
      const again = await this.#untilReply('post', [this.userId, this.#last]);
      if (again !== 'repeated') this.#world.gateway.problems.push(`${id}: a repetition was ${again}`);
    }
    this.#last = posting;
  }

  async #untilReply(name: 'post' | 'register', args: unknown[]): Promise<unknown> {
    const { scheduler } = this.#world;
    for (;;) {
      try {
        return await this.#world.call(shardOf(this.userId, this.#world.shards), name, args);
      } catch {
        await scheduler.wait(scheduler.between(100, 3_000), 'again');
      }
    }
  }
}
