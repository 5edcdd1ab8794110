/**
 * Lines of a batch on their way through the Queue: several to a message on the way in, each to its mailbox on the way
 * out. The Queue may deliver twice and in any order: a line has a key, and an order that its mailbox heeds.
 */
import type { UpdatePassRequest } from '@alipayhk-pass/api';
import type { RefusalCode } from './answer.ts';
import { recordLines } from './batch-store.ts';
import type { Env } from './env.ts';
import { orderOf } from './mailbox-state.ts';
import { putUpdate } from './mailboxes.ts';

/** A line that is an update. */
export interface BatchLine {
  number: number;
  update: UpdatePassRequest;
}

/** Lines of one batch. */
export interface BatchMessage {
  batchId: string;
  /** When the batch began, in milliseconds since the epoch: its lines count as accepted then, in their order. */
  startedAt: number;
  lines: BatchLine[];
}

/** What became of a line at its mailbox. */
export interface LineResult {
  number: number;
  passId: string;
  revision: number;
  refusal: RefusalCode | undefined;
}

// A message may have 128 KB, a call of sendBatch 100 messages and 256 KB; Cloudflare charges for each 64 KB begun.
const maxMessage = { lines: 100, bytes: 60_000 };
const maxSend = { messages: 100, bytes: 180_000 };

/** Fills messages with lines, and sends them as they fill: no more than one call's worth is held. */
export class BatchSender {
  readonly #queue: Queue<BatchMessage>;
  readonly #head: Omit<BatchMessage, 'lines'>;
  #messages: BatchLine[][] = [];
  #lines: BatchLine[] = [];
  #messageBytes = 0;
  #bytes = 0;

  constructor(queue: Queue<BatchMessage>, head: Omit<BatchMessage, 'lines'>) {
    this.#queue = queue;
    this.#head = head;
  }

  /** @param bytes - of the update as JSON */
  async add(line: BatchLine, bytes: number): Promise<void> {
    const isFull = this.#lines.length === maxMessage.lines || this.#messageBytes + bytes > maxMessage.bytes;
    if (isFull && this.#lines.length > 0) this.#close();
    if (this.#messages.length === maxSend.messages || this.#bytes + bytes > maxSend.bytes) await this.flush();
    this.#lines.push(line);
    this.#messageBytes += bytes;
    this.#bytes += bytes;
  }

  /** Sends what is held; settles when the Queue has it. */
  async flush(): Promise<void> {
    if (this.#lines.length > 0) this.#close();
    if (this.#messages.length === 0) return;
    await this.#queue.sendBatch(this.#messages.map((lines) => ({ body: { ...this.#head, lines } })));
    this.#messages = [];
    this.#bytes = 0;
  }

  #close(): void {
    this.#messages.push(this.#lines);
    this.#lines = [];
    this.#messageBytes = 0;
  }
}

/** Gives each message's lines to their mailboxes; a message whose lines did not all get there comes again. */
export async function consumeLines(batch: MessageBatch<BatchMessage>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const isDone = await deliverLines(message.body, env).catch(() => false);
    if (isDone) message.ack();
    else {
      const { batchId } = message.body;
      console.error(
        JSON.stringify({ event: 'alert', code: 'BatchMessageFailed', batchId, attempts: message.attempts }),
      );
      message.retry();
    }
  }
}

/** Lines of one pass one after the other, in their order; passes side by side. One that fails keeps no other back. */
async function deliverLines({ batchId, startedAt, lines }: BatchMessage, env: Env): Promise<boolean> {
  const done: LineResult[] = [];
  const byPass = Map.groupBy(lines, ({ update }) => update.passId);
  const passes = [...byPass].map(async ([passId, linesOfPass]) => {
    for (const { number, update } of linesOfPass) {
      const key = { name: `line/${batchId}/${number}`, digest: '' };
      const conditions = { key, order: orderOf(startedAt, number) };
      const { revision, refusal } = await putUpdate(env, update, conditions);
      done.push({ number, passId, revision, refusal });
    }
  });
  const ends = await Promise.allSettled(passes);
  await recordLines(env.DB, batchId, done);
  return ends.every(({ status }) => status === 'fulfilled');
}
