/** What the commands for single stages share: what a message is for, and when. */
import { formatTime, parseTime } from '@alipayhk-pass/message-security';
import { UsageError } from './exit.ts';
import type { Input, Options } from './options.ts';
import { updatePassPath } from './settings.ts';

export const targetOptions = {
  method: { help: 'HTTP method', value: 'METHOD', unless: 'POST' },
  path: { help: 'path and query that are signed', value: 'PATH', unless: 'the path of updatePass' },
} as const satisfies Options;

export const timeOption = {
  time: { help: 'Request-Time or Response-Time, verbatim', value: 'TIME', unless: 'now' },
} as const satisfies Options;

export const nowOption = {
  now: {
    help: 'judge times as if it were this moment, in ISO 8601; `message` takes the time of the message',
    value: 'TIME',
    unless: 'this clock',
  },
} as const satisfies Options;

/** Method, path and query as the options give them. */
export function targetOf(input: Input): { method: string; httpUri: string } {
  const httpUri = input.text('path') ?? updatePassPath;
  if (!httpUri.startsWith('/'))
    throw new UsageError('--path must begin with /; expected path and query, without the host');
  return { method: input.text('method') ?? 'POST', httpUri };
}

/** The time of `--time`, or this one. */
export function timeOf(input: Input): string {
  const time = input.text('time');
  if (time === undefined) return formatTime(Date.now(), input.text('zone'));
  if (parseTime(time) === undefined) throw new UsageError('--time must be ISO 8601 with a zone');
  return time;
}

/** The clock of `--now`. */
export function clockOf(input: Input, messageTime: string | null | undefined): () => number {
  const now = input.text('now');
  if (now === undefined) return Date.now;
  const text = now === 'message' ? (messageTime ?? '') : now;
  const instant = parseTime(text);
  if (instant !== undefined) return () => instant;
  if (now === 'message') return Date.now; // opening refuses the message for its time
  throw new UsageError('--now must be ISO 8601 with a zone, or message');
}
