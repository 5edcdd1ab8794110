/**
 * One user: the bills that were seen, the points that they add up to, and the pass that shows them. A bill is recorded, its
 * points are added, and what the card has to be told is noted, all in one transaction; an alarm then puts it into the
 * pass's mailbox, again after a restart, under a key by which the mailbox knows a repetition.
 */
import { DurableObject } from 'cloudflare:workers';
import type { DataInfo } from '@alipayhk-pass/api';
import { Refused } from './answer.ts';
import type { Env } from './env.ts';
import { type Merchant, readEnvironment } from './environment.ts';
import { tell } from './events.ts';
import { putUpdate } from './mailboxes.ts';
import { readUpdate } from './update.ts';

/** The pass that shows a user's points. */
export interface MemberPass {
  passId: string;
  merchantId: string;
  /** As in an update: whose pass it is always is what the newest one says, so those of points have to say all of it. */
  openId?: string | undefined;
  templateCode?: string | undefined;
}

/** A bill, and what it is worth. */
export interface Award {
  billNo: string;
  currency: string;
  /** In the currency's smallest unit. */
  amount: number;
  pointsProvider: string;
  points: number;
}

/**
 * What became of an award. `repeated`: this bill was there already. `conflicting`: it was, with another amount, which is
 * what stays. `overflowing`: the total would no longer be a safe integer; nothing was changed.
 */
export type AwardResult = 'awarded' | 'repeated' | 'conflicting' | 'overflowing';

/** A member as `GET /members/:userId` shows it. */
export interface MemberView extends Partial<MemberPass> {
  userId: string;
  /** `openingPoints`, and those of all bills. */
  points: number;
  openingPoints: number;
  /** How many bills were seen. */
  bills: number;
  /** How many changes are still to be put into the mailbox of the pass. */
  pending: number;
}

/** What is told of a member; what is left out stays as it is. */
export interface Registration {
  pass?: MemberPass | undefined;
  /** Points besides those of bills. */
  openingPoints?: number | undefined;
}

interface Stored {
  userId: string;
  pass?: MemberPass | undefined;
  openingPoints: number;
  /** The sum over all bills, and how many they are: a member may have very many. */
  billPoints: number;
  bills: number;
}

/** A change that the mailbox has to be told of: the total after it, and the bill that made it, as JSON. */
type Pending = { sequence: number; points: number; bill: string | null };

/** Milliseconds until a mailbox that failed is tried again. */
const pauseAfterFault = 10_000;

export class Member extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  /**
   * Adds the points of a bill, once for all time. A user without a pass collects them until one is registered.
   *
   * What it returns is durable before the caller gets it.
   */
  award(userId: string, { billNo, currency, amount, pointsProvider, points }: Award): AwardResult {
    this.#makeTables();
    const [earlier] = this.#sql.exec<{ currency: string; amount: number }>(
      'SELECT currency, amount FROM bills WHERE bill_no = ?',
      billNo,
    );
    if (earlier) return earlier.currency === currency && earlier.amount === amount ? 'repeated' : 'conflicting';
    const member = this.#load(userId);
    const next = { ...member, billPoints: member.billPoints + points, bills: member.bills + 1 };
    if (!isSafe(next)) return 'overflowing';
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec('INSERT INTO bills VALUES (?, ?, ?, ?, ?)', billNo, currency, amount, points, Date.now());
      this.#save(next);
      if (points > 0) this.#note(next, { billNo, lastChangePoints: `${points}`, pointsProvider });
    });
    this.#schedule();
    return 'awarded';
  }

  /**
   * Names the pass that shows the user's points, and how many points there are besides those of bills. The same again
   * changes nothing; another pass is told the total.
   *
   * @returns `undefined` if the total would no longer be a safe integer; nothing was changed
   */
  register(userId: string, registration: Registration): MemberView | undefined {
    this.#makeTables();
    const member = this.#load(userId);
    const { pass = member.pass, openingPoints = member.openingPoints } = registration;
    const next = { ...member, pass, openingPoints };
    if (!isSafe(next)) return undefined;
    const isSame = isSamePass(pass, member.pass) && openingPoints === member.openingPoints;
    this.ctx.storage.transactionSync(() => {
      this.#save(next);
      // A pass that was just made shows no points by itself.
      if (!isSame && totalOf(next) + totalOf(member) > 0) this.#note(next, undefined);
    });
    this.#schedule();
    return this.#view(next);
  }

  /** The member as it is now; `undefined` for a user of whom nothing was ever told. */
  read(): MemberView | undefined {
    const member = this.ctx.storage.kv.get<Stored>('member');
    return member && this.#view(member);
  }

  /** Puts what is pending into the mailbox, in order. */
  override async alarm(): Promise<void> {
    // First: should this object end in the middle, or fail too often to be called again, there is another alarm.
    this.#schedule(pauseAfterFault);
    const { userId, pass } = this.#load('');
    if (pass === undefined) return;
    try {
      const { fieldNames } = await readEnvironment(this.env);
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        await this.#put(next, fieldNames);
        this.#sql.exec('DELETE FROM pending WHERE sequence = ?', next.sequence);
      }
      this.#schedule();
    } catch (error) {
      const code = error instanceof Refused ? error.code : 'MailboxFailed';
      tell(this.env, 'alert', { passId: pass.passId, userId, code });
    }
  }

  /** @throws whatever the mailbox rejects with: then the change stays pending */
  async #put({ sequence, points, bill }: Pending, names: Merchant['fieldNames']): Promise<void> {
    const { userId, pass } = this.#load('');
    if (pass === undefined) return;
    const dataInfo: DataInfo | undefined = bill === null ? undefined : JSON.parse(bill);
    const update = readUpdate({ ...pass, userId, points, ...(dataInfo && { dataInfo }) }, names);
    const key = { name: `member/${userId}/${sequence}`, digest: `${points}` };
    const { refusal } = await putUpdate(this.env, update, { key });
    if (refusal === undefined) return;
    if (refusal === 'PassFull') throw new Refused(refusal, []); // there is room once AlipayHK has answered
    // The points stay the member's; another pass can be registered for them.
    tell(this.env, 'alert', { passId: pass.passId, userId, code: refusal });
  }

  #next(): Pending | undefined {
    return [...this.#sql.exec<Pending>('SELECT sequence, points, bill FROM pending ORDER BY sequence LIMIT 1')][0];
  }

  #note(member: Stored, dataInfo: DataInfo | undefined): void {
    if (member.pass === undefined) return; // it is told the total when it is registered
    this.#sql.exec(
      'INSERT INTO pending (points, bill) VALUES (?, ?)',
      totalOf(member),
      dataInfo ? JSON.stringify(dataInfo) : null,
    );
  }

  /** Only where something is to be stored: tables take their room for good, even those of a user who is none. */
  #makeTables(): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS bills (
        bill_no TEXT PRIMARY KEY, currency TEXT NOT NULL, amount INTEGER NOT NULL, points INTEGER NOT NULL, at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS pending (sequence INTEGER PRIMARY KEY AUTOINCREMENT, points INTEGER NOT NULL, bill TEXT)`,
    );
  }

  #load(userId: string): Stored {
    return this.ctx.storage.kv.get<Stored>('member') ?? { userId, openingPoints: 0, billPoints: 0, bills: 0 };
  }

  #save(member: Stored): void {
    this.ctx.storage.kv.put('member', member);
  }

  #view(member: Stored): MemberView {
    const { userId, pass, openingPoints, bills } = member;
    const [{ pending } = { pending: 0 }] = this.#sql.exec<{ pending: number }>(
      'SELECT count(*) AS pending FROM pending',
    );
    return { userId, ...pass, points: totalOf(member), openingPoints, bills, pending };
  }

  /** In one turn with what it follows, without `await` between them, so that both are stored or neither. */
  #schedule(pause = 0): void {
    if (this.#next() === undefined) void this.ctx.storage.deleteAlarm();
    else void this.ctx.storage.setAlarm(Date.now() + pause);
  }
}

function isSamePass(one: MemberPass | undefined, other: MemberPass | undefined): boolean {
  return (['passId', 'merchantId', 'openId', 'templateCode'] as const).every((name) => one?.[name] === other?.[name]);
}

function totalOf({ openingPoints, billPoints }: Stored): number {
  return openingPoints + billPoints;
}

function isSafe(member: Stored): boolean {
  return Number.isSafeInteger(member.billPoints) && Number.isSafeInteger(totalOf(member));
}
