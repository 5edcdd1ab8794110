/** What a sandbox writes to the log. No event holds a body, a key or a signature. */
import type { Stage } from './gateway/stages.ts';

/** A request to the gateway was refused; the reply does not say why. */
export interface RequestRefused {
  /** What happened. */
  event: 'request-refused';
  /** Id of the exchange: the Tracer-Id header of the reply. */
  tracerId: string;
  /** As received, so not verified; at most 64 characters. */
  clientId: string | undefined;
  /** Where the request was refused. */
  stage: Stage;
  /** The result code that the merchant got. */
  resultCode: string;
  /** Name of the error. */
  name: string;
  /** Text of the error. */
  message: string;
}

/** Something failed that is no mistake of the caller: the request got HTTP 500. */
export interface RequestFailed {
  /** What happened. */
  event: 'request-failed';
  /** Name of the error. */
  name: string;
  /** Text of the error. */
  message: string;
}

/** What `emit` gets. */
export type SandboxEvent = RequestRefused | RequestFailed;

/** Writes an event to the console, as one line of JSON. */
export function emitToConsole(event: SandboxEvent): void {
  const line = JSON.stringify(event);
  if (event.event === 'request-failed') console.error(line);
  else console.warn(line);
}
