/** The events that the outbox writes to its log. */
import { afterEach, beforeEach, vi } from 'vitest';

type Event = Record<string, unknown>;

/**
 * Records the log of each test of a file, and keeps it from being printed.
 *
 * @returns functions for the events of the test so far, and for the codes of its alerts
 */
export function recordEvents() {
  let events: Event[] = [];
  beforeEach(() => {
    events = [];
    for (const level of ['log', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation(
        (line) => void events.push(typeof line === 'string' ? JSON.parse(line) : {}),
      );
    }
  });
  afterEach(() => void vi.restoreAllMocks());
  const alerts = () =>
    events.filter(({ event }) => event === 'alert').map(({ code, resultCode }) => resultCode ?? code);
  return { events: () => events, alerts };
}
