/** What a sandbox writes to the log. No event holds a body, a key or a signature. */
import type { Stage } from './gateway/stages.ts';

/** A request to the gateway was refused; the reply does not say why. */
export interface RequestRefused {
  event: 'request-refused';
  tracerId: string;
  /** As received, so not verified; at most 64 characters. */
  clientId: string | undefined;
  stage: Stage;
  resultCode: string;
  /** Name and text of the error. */
  name: string;
  message: string;
}

/** Something failed that is no mistake of the caller: the request got HTTP 500. */
export interface RequestFailed {
  event: 'request-failed';
  name: string;
  message: string;
}

export type SandboxEvent = RequestRefused | RequestFailed;

/** Writes an event to the console, as one line of JSON. */
export function emitToConsole(event: SandboxEvent): void {
  const line = JSON.stringify(event);
  if (event.event === 'request-failed') console.error(line);
  else console.warn(line);
}
