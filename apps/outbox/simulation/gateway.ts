/**
 * AlipayHK's end as a model: cards that take updates in the order in which they take effect, and replies that are late,
 * lost, unsigned, refused or in doubt. An update without a reply may take effect for a while after its client has given
 * up: as long as the outbox pauses for, and no longer.
 */
import {
  type Client,
  ResultNotSigned,
  ResultNotSuccess,
  type UpdatePassRequest,
  type UpdatePassResult,
} from '@alipayhk-pass/api';
import { ResponseMissing, ResponseUnexpected, SignatureVerificationFailed } from '@alipayhk-pass/message-security';
import { boundOf, type Limits } from '../src/config/limits.ts';
import { burstOf } from '../src/shard/rate-limiter.ts';
import type { Scheduler } from './scheduler.ts';

/** What a card shows. */
export interface Card {
  points?: number;
  level?: string;
  /** Bills in the order in which they were shown first. */
  bills: string[];
  closed: boolean;
}

/** How likely each reply is, the rest is S. */
export interface Replies {
  refused: number;
  unknown: number;
  lost: number;
  forged: number;
  congested: number;
  /** Nothing gets through. */
  outage: boolean;
  /** The merchant's key is wrong. */
  wrongKey: boolean;
}

/** The object of a shard from which a request comes. */
export interface Sender {
  readonly number: number;
  /** Whether it has ended. */
  readonly isGone: boolean;
  /** Called when it ends. */
  readonly onEnd: Set<() => void>;
}

export const onlyS: Replies = {
  ...{ refused: 0, unknown: 0, lost: 0, forged: 0, congested: 0, outage: false, wrongKey: false },
};

export class Gateway {
  readonly #scheduler: Scheduler;
  readonly #limits: Limits;
  replies: Replies = onlyS;
  readonly cards = new Map<string, Card>();
  /** Passes that AlipayHK has refused with a verified F, and how often. */
  readonly refusals = new Map<string, number>();
  readonly problems: string[] = [];
  requests = 0;
  /** When requests of each shard came, of late. */
  readonly #recent = new Map<number, number[]>();
  /** The request of each pass whose client still waits. */
  readonly #open = new Map<string, Sender>();
  /** When the last request of a pass may still take effect without its client. */
  readonly #inWork = new Map<string, number>();
  /** Bills for which an object got S. */
  readonly #confirmed = new Map<string, Sender>();

  constructor(scheduler: Scheduler, limits: Limits) {
    this.#scheduler = scheduler;
    this.#limits = limits;
  }

  async receive(update: UpdatePassRequest, from: Sender): ReturnType<Client['updatePass']> {
    const { passId } = update;
    this.requests += 1;
    this.#scheduler.note(`request ${JSON.stringify(update)}`);
    this.#checkBound(from.number);
    const open = this.#open.get(passId);
    if (open && !open.isGone) this.problems.push(`${passId}: two requests at once`);
    if (this.#scheduler.time < (this.#inWork.get(passId) ?? 0)) this.problems.push(`${passId}: overtaken in work`);
    this.#open.set(passId, from);
    const ended = (): void => this.#keepWorking(passId);
    from.onEnd.add(ended);
    try {
      return await this.#reply(update, from);
    } finally {
      from.onEnd.delete(ended);
      if (this.#open.get(passId) === from) this.#open.delete(passId);
    }
  }

  /** Its client is gone: for a while it may take effect all the same. */
  #keepWorking(passId: string): void {
    this.#inWork.set(passId, this.#scheduler.time + this.#limits.pauses.unanswered * 0.8);
  }

  async #reply(update: UpdatePassRequest, from: Sender): Promise<UpdatePassResult> {
    const scheduler = this.#scheduler;
    const { replies } = this;
    const { passId } = update;
    await scheduler.wait(scheduler.between(5, 150), 'gateway');
    const tracerId = `${Math.floor(scheduler.random() * 1e9)}`;
    const saying = (resultCode: string, resultStatus: 'F' | 'U') =>
      new ResultNotSuccess({ resultCode, resultStatus }, tracerId);
    if (replies.outage) {
      if (scheduler.chance(0.5)) throw new ResponseUnexpected('status', new Response('', { status: 503 }));
      await scheduler.wait(this.#limits.timeout, 'outage');
      if (!from.isGone) this.#keepWorking(passId);
      throw new ResponseMissing('a response', undefined);
    }
    if (replies.wrongKey) {
      const unsigned = new ResponseUnexpected('unsigned', new Response('', { status: 200 }));
      throw scheduler.chance(0.5)
        ? saying('INVALID_SIGNATURE', 'F')
        : new ResultNotSigned({ resultCode: 'KEY_NOT_FOUND', resultStatus: 'F' }, unsigned);
    }
    if (scheduler.chance(replies.congested)) throw saying('REQUEST_TRAFFIC_EXCEED_LIMIT', 'U');
    if (scheduler.chance(replies.refused)) {
      this.refusals.set(passId, (this.refusals.get(passId) ?? 0) + 1);
      throw saying('PARAM_ILLEGAL', 'F');
    }
    if (scheduler.chance(replies.lost)) return await this.#lose(update, from);
    // Somebody in between, who keeps the request and replies himself.
    if (scheduler.chance(replies.forged / 2)) throw new SignatureVerificationFailed();
    const isApplied = !scheduler.chance(replies.unknown);
    if (isApplied || scheduler.chance(0.5)) this.#apply(update);
    if (!isApplied) throw saying('UNKNOWN_EXCEPTION', 'U');
    if (scheduler.chance(replies.forged / 2)) throw new SignatureVerificationFailed();
    this.#confirm(update, from);
    const resultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
    return { resultInfo, tracerId, responseTime: '', encrypted: false };
  }

  /** What an object got S for it must not send again. */
  #confirm({ passId, dataInfo }: UpdatePassRequest, from: Sender): void {
    const billNo = (dataInfo as { billNo?: string } | undefined)?.billNo;
    if (!billNo || from.isGone) return;
    if (this.#confirmed.get(billNo) === from) this.problems.push(`${passId}: bill ${billNo} was shown twice`);
    this.#confirmed.set(billNo, from);
  }

  /** No reply: the update takes effect at any time within the pause, or never. */
  async #lose(update: UpdatePassRequest, from: Sender): Promise<never> {
    const scheduler = this.#scheduler;
    const { timeout, pauses } = this.#limits;
    if (scheduler.chance(0.6)) {
      const late = scheduler.chance(0.5) ? timeout + scheduler.between(0, pauses.unanswered * 0.8) : timeout / 2;
      scheduler.after(late, `applied late ${update.passId}`, () => this.#apply(update));
    }
    await scheduler.wait(timeout, 'timeout');
    if (!from.isGone) this.#keepWorking(update.passId);
    throw new ResponseMissing('a response', undefined);
  }

  #apply(update: UpdatePassRequest): void {
    const { passId, dataInfo } = update;
    const card = this.cards.get(passId) ?? { bills: [], closed: false };
    this.cards.set(passId, card);
    if (card.closed && update.status !== 'CLOSED') this.problems.push(`${passId}: changed after its close`);
    const { points, level, billNo } = (dataInfo ?? {}) as { points?: number; level?: string; billNo?: string };
    if (points !== undefined) {
      if (card.points !== undefined && points < card.points) {
        this.problems.push(`${passId}: points ${points} after ${card.points}`);
      }
      card.points = points;
    }
    if (level !== undefined) {
      if (card.level !== undefined && level < card.level)
        this.problems.push(`${passId}: level ${level} after ${card.level}`);
      card.level = level;
    }
    if (billNo && !card.bills.includes(billNo)) card.bills.push(billNo);
    if (update.status === 'CLOSED') card.closed = true;
  }

  /** No more requests in a second than the bound and its burst allow. */
  #checkBound(shard: number): void {
    const bound = boundOf(this.#limits);
    const window = 1_000;
    const recent = this.#recent.get(shard) ?? [];
    recent.push(this.#scheduler.time);
    while ((recent[0] as number) < this.#scheduler.time - window) recent.shift();
    this.#recent.set(shard, recent);
    // An object that begins anew has its burst anew, and what a slow disk has held back comes together.
    const most = (bound.perSecond * window) / 1000 + 2 * burstOf(bound) + bound.inFlight;
    if (recent.length > most) this.problems.push(`shard ${shard}: ${recent.length} requests in a second`);
  }
}
