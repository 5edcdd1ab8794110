/** What becomes of dead letters, and of a pass that is retried, when someone decides. */
import { type Entry, giveUp, type State } from './state.ts';

/**
 * Sends dead letters again, without the fields that were set anew since, and for the present holder of the pass. After a
 * close only a close is sent.
 *
 * @param revision - of one letter; all of them unless given
 * @returns `undefined` if there is none to send
 */
export function replay(state: State, now: number, revision?: number): State | undefined {
  const mayGo = (letter: Entry): boolean => !state.closing || letter.status === 'CLOSED';
  const chosen = state.dead.filter((letter) => (revision === undefined || letter.to === revision) && mayGo(letter));
  if (chosen.length === 0) return undefined;
  const entries = chosen.map(({ code: _code, resultCode: _result, tracerId: _tracer, at: _at, ...entry }) => ({
    ...entry,
    who: state.who ?? entry.who,
    since: now,
  }));
  return {
    ...state,
    queue: [...state.queue, ...entries],
    dead: state.dead.filter((letter) => !chosen.includes(letter)),
    due: state.queue.length > 0 ? state.due : Math.max(now, state.hold),
  };
}

/**
 * Gives up dead letters; without any, what is sent again after an unknown outcome. The hold stays: a request may still
 * be in work.
 *
 * @param revision - of one letter; all of them unless given
 * @returns `undefined` if there is nothing to give up, or a request is in flight
 */
export function discard(state: State, revision?: number): State | undefined {
  const chosen = state.dead.filter((letter) => revision === undefined || letter.to === revision);
  if (chosen.length > 0) {
    const dead = state.dead.filter((letter) => !chosen.includes(letter));
    return { ...state, dead, discarded: giveUp(state.discarded, chosen) };
  }
  if (revision !== undefined || state.flight || state.queue.length === 0 || state.attempt === 0) return undefined;
  return { ...state, queue: [], attempt: 0, discarded: giveUp(state.discarded, state.queue) };
}

/**
 * Gives up what a user left on a pass that now has another holder, a request in flight included.
 *
 * @returns `undefined` if there is nothing
 */
export function withoutUser(state: State, userId: string): State | undefined {
  const [head] = state.queue;
  const chosen = [...state.dead, ...state.queue].filter(({ who }) => who.userId === userId);
  if (chosen.length === 0) return undefined;
  const isHeadChosen = head !== undefined && chosen.includes(head);
  return {
    ...{ ...state, discarded: giveUp(state.discarded, chosen) },
    dead: state.dead.filter((letter) => !chosen.includes(letter)),
    queue: state.queue.filter((entry) => !chosen.includes(entry)),
    ...(isHeadChosen && { attempt: 0, flight: undefined }),
  };
}
