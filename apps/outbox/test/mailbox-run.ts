/**
 * One run of the model test: a real mailbox in workerd, the real gateway function with faults in its way, and what the
 * gateway saw. Its checks hold at every request that arrives.
 */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { expect, vi } from 'vitest';
import type { PassView } from '../src/mailbox-view.ts';
import { rateLeaseOf } from '../src/rate-lease.ts';
import { changeOf } from '../src/units.ts';
import { answerWith, gateway } from './gateway.ts';

/** What becomes of a request, and whether the update is applied. */
export const faults = [
  ...(['S', 'F', 'U'] as const),
  ...([
    'U-applied',
    'reset',
    'reset-applied',
    '503',
    '503-applied',
    '429',
    'forged',
    'forged-applied',
    'unsigned-F',
  ] as const),
] as const;
export type Fault = (typeof faults)[number];

const applies = (fault: Fault) => fault === 'S' || fault.endsWith('-applied');

/** A change as the tests make them: `marker` rises with every one, so that the gateway can tell older from newer. */
export type Fields = Pick<UpdatePassRequest, 'endDate' | 'dataInfo' | 'codeInfo'>;

/** The fields that a request carries, under one roof. */
export const fieldsOf = ({ endDate, codeInfo, dataInfo }: Fields): Record<string, unknown> => ({
  ...dataInfo,
  ...(endDate !== undefined && { endDate }),
  ...(codeInfo && { codeInfo }),
});

const who = { merchantId: 'M1', userId: 'U1' };

export class Run {
  readonly passId: string;
  /** What is at AlipayHK, field by field. */
  readonly card: Record<string, unknown> = {};
  /** Markers as they were applied. */
  readonly applied: number[] = [];
  closedAtGateway = false;
  closeSent = false;
  /** Every marker up to here was confirmed with S. */
  confirmed = 0;
  arrivals = 0;
  /** The request that is at the gateway, and what is to become of it. */
  #atGateway: UpdatePassRequest | undefined;
  #answer: Fault | undefined;
  #alarm: Promise<unknown> | undefined;
  readonly problems: string[] = [];

  constructor(passId: string) {
    this.passId = passId;
  }

  get isHeld(): boolean {
    return this.#atGateway !== undefined;
  }

  /** What the request that is at the gateway carries. */
  get atGateway(): Record<string, unknown> | undefined {
    return this.#atGateway && fieldsOf(this.#atGateway);
  }

  get #stub() {
    return env.MAILBOX.getByName(this.passId);
  }

  /** Lets requests through to the gateway: each waits until `release` says what becomes of it. */
  async open(): Promise<void> {
    let fault = 'S' as Fault;
    const genuine = await gateway({
      handler: (update) => {
        if (applies(fault)) this.#apply(update);
        if (fault === 'F') return { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' };
        if (fault.startsWith('U')) return { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' };
        return { resultCode: 'SUCCESS', resultStatus: 'S' };
      },
    });
    answerWith(async (request) => {
      const update = JSON.parse(await request.clone().text()) as UpdatePassRequest;
      this.#arrive(update);
      this.#answer = undefined;
      this.#atGateway = update;
      fault = await this.#answered();
      const response = await genuine(request);
      if (fault.startsWith('reset')) throw new TypeError('connection reset');
      if (fault.startsWith('503')) return new Response('busy', { status: 503 });
      if (fault === '429') return new Response('slow down', { status: 429, headers: { 'Retry-After': '7' } });
      if (fault === 'unsigned-F') {
        return Response.json({ resultInfo: { resultCode: 'INVALID_CLIENT', resultStatus: 'F' } });
      }
      if (fault.startsWith('forged')) return new Response(`${await response.text()} `, response);
      return response;
    });
  }

  /** By polling: workerd lets no object settle another's promise. */
  async #answered(): Promise<Fault> {
    for (;;) {
      const answer = this.#answer;
      this.#answer = undefined;
      if (answer !== undefined) return answer;
      await scheduler.wait(1);
    }
  }

  #arrive({ status, dataInfo }: UpdatePassRequest): void {
    this.arrivals += 1;
    const marker = Number(dataInfo?.marker ?? Number.NaN);
    if (Number.isNaN(marker)) this.problems.push('sent without a change');
    if (this.#atGateway) this.problems.push('two in flight');
    if (this.closedAtGateway && this.confirmed === Number.POSITIVE_INFINITY) this.problems.push('sent after a close');
    if (this.closeSent && status !== 'CLOSED') this.problems.push('an update after a close was sent');
    if (status !== 'CLOSED' && marker <= this.confirmed) this.problems.push(`${marker} again, after its S`);
    if (status === 'CLOSED') this.closeSent = true;
  }

  #apply(update: UpdatePassRequest): void {
    const { marker } = update.dataInfo ?? {};
    if (marker !== undefined) this.applied.push(Number(marker));
    if (update.status === 'CLOSED') this.closedAtGateway = true;
    Object.assign(this.card, fieldsOf(update));
  }

  put(fields: Fields, status: 'UPDATE' | 'CLOSED' = 'UPDATE') {
    const update = { passId: this.passId, ...who, ...fields, status, updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
    return this.#stub.put(this.passId, changeOf(update));
  }

  async view(): Promise<PassView | undefined> {
    return this.#stub.read();
  }

  replay() {
    return this.#stub.replay();
  }

  /**
   * Runs the alarm that is set until a request is at the gateway, or nothing is due; the clock goes along.
   *
   * @param meanwhile - done while the mailbox waits for the rate bound, if it asks at its first alarm
   */
  async deliver(meanwhile?: () => Promise<unknown>): Promise<boolean> {
    if (meanwhile) this.#blockRate();
    for (let turn = 0; turn < 6; turn += 1) {
      const at = await runInDurableObject(this.#stub, (_, { storage }) => storage.getAlarm());
      if (at === null || at > Date.now() + 2 * 3_600_000) return false; // later than any pause: only for the index
      if (at > Date.now()) vi.setSystemTime(at);
      const before = this.arrivals;
      const happening = turn === 0 ? meanwhile : undefined;
      const alarm = runDurableObjectAlarm(this.#stub).catch(() => undefined); // rejects when the object is aborted
      await happening?.();
      let ended = false;
      alarm.finally(() => {
        ended = true;
      });
      await vi.waitUntil(() => ended || (this.arrivals > before && this.isHeld), { interval: 1, timeout: 5_000 });
      if (!ended) {
        this.#alarm = alarm;
        return true;
      }
    }
    throw new Error('expected a request or no alarm after six alarms');
  }

  /** Lets the rate bound answer a little later. */
  #blockRate(): void {
    runInDurableObject(rateLeaseOf(env, this.passId, 2), (_, state) =>
      state.blockConcurrencyWhile(() => scheduler.wait(20)),
    ).catch(() => undefined); // rejects when the object is aborted
  }

  /** Says what becomes of the request at the gateway, and waits for the end of the alarm that sent it. */
  async release(fault: Fault): Promise<void> {
    this.#atGateway = undefined;
    this.#answer = fault;
    await this.#alarm;
    this.#alarm = undefined;
  }

  /** The alarm that is set, run although another runs or it is not due. */
  async spuriousAlarm(): Promise<void> {
    await runDurableObjectAlarm(this.#stub).catch(() => undefined);
  }

  /** The object dies where it stands; a request that is at the gateway may be applied, but nobody hears of it. */
  async crash(fault: Fault): Promise<void> {
    await abortAllDurableObjects();
    if (this.#atGateway && applies(fault)) this.#apply(this.#atGateway);
    this.#atGateway = undefined;
    await this.#alarm;
    this.#alarm = undefined;
  }

  check(): void {
    expect(this.problems).toEqual([]);
    expect(this.applied).toEqual(this.applied.toSorted((a, b) => a - b));
  }
}
