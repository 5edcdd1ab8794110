/** A message as it was captured: nothing in it is decoded, joined or checked yet. */
import { CommandError, exitCodes } from '../exit.ts';

/** Headers in the order received, with names as received. */
export type Pairs = [name: string, value: string][];

export interface RequestMessage {
  kind: 'request';
  method: string;
  /** Path and query. */
  httpUri: string;
  headers: Pairs;
  /** On the wire; `undefined` where the capture does not hold it, as the output of curl -v. */
  body: Uint8Array | undefined;
  /** Whether some bytes of the body may not be as sent. */
  lossy?: boolean;
}

export interface ReplyMessage {
  kind: 'reply';
  status: number;
  headers: Pairs;
  body: Uint8Array | undefined;
  lossy?: boolean;
}

/** What one capture holds. */
export interface Capture {
  /** The form in which it came, in words. */
  form: string;
  request?: RequestMessage | undefined;
  reply?: ReplyMessage | undefined;
  /** When the gateway received the request, by its own clock, in milliseconds since the epoch. */
  receivedAt?: number | undefined;
  /** What was seen while it was read, in sentences. */
  notes: string[];
}

/** The value of a header, several joined as runtimes join them; an empty one counts as none. */
export function headerOf({ headers }: { headers: Pairs }, name: string): string | undefined {
  const values = headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  return values.join(', ') || undefined;
}

/** A message with its body, and what a reply belongs to. */
export type Message =
  | (RequestMessage & { body: Uint8Array })
  | (ReplyMessage & { body: Uint8Array; to?: { method: string; httpUri: string } | undefined });

/**
 * The request of a capture, or its reply where there is no request.
 *
 * @throws CommandError when the body is not there
 */
export function messageOf({ request, reply }: Capture): Message {
  const message = request ?? reply;
  if (message?.body === undefined) {
    throw new CommandError('the capture holds no body; expected it in the capture', exitCodes.usage);
  }
  return { ...message, body: message.body };
}
