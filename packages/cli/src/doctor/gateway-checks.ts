/** The checks of `doctor` for which the gateway is asked. Nothing is signed, so nothing is sent in the merchant's name. */
import { parseJson } from '../json.ts';
import { outcomeOf } from '../probe/sender.ts';
import { updatePassPath } from '../settings.ts';
import type { Check } from './checks.ts';

/** From so many seconds on, a gateway's replies are too old for our requests: a reply may be 60 s older than its request. */
const mostAhead = 60;
/** Half of it is left of the 300 s by which a gateway lets a request be off, for a clock that drifts. */
const mostBehind = 120;

/**
 * Whether it is a gateway that replies, and how far its clock is from this one.
 *
 * @param timeout - in milliseconds
 */
export async function gatewayChecks(baseUrl: string, timeout: number): Promise<Check[]> {
  const name = 'reachability';
  const started = Date.now();
  let response: Response;
  let text: string;
  try {
    // Unsigned and empty: a gateway refuses it with a result code, and whatever else replies has none.
    response = await fetch(baseUrl + updatePassPath, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
    const detail = `${baseUrl} does not reply (${reason}); AlipayHK's development environment lets in known addresses only`;
    return [{ name, verdict: 'problem', detail }];
  }
  const replies = `${baseUrl} replies with HTTP ${response.status}`;
  const { resultCode } = outcomeOf(text);
  if (resultCode === undefined) {
    // How AlipayHK refuses a request without a signature is not documented (A11): another form in JSON may be its own.
    const verdict = parseJson(text) === undefined ? 'problem' : 'unknown';
    const detail = `${replies} and no result; a gateway refuses an empty request with one: expected the gateway's own address, and no proxy that replies in its place`;
    return [
      { name, verdict, detail },
      { name: 'clock', verdict: 'unknown', detail: 'what replied may be no gateway, so its clock says nothing' },
    ];
  }
  const reached: Check = {
    name,
    verdict: 'fine',
    detail: `${replies} and refuses an empty request, as a gateway does`,
  };
  return [reached, clockCheck(response.headers.get('Date'), (started + Date.now()) / 2)];
}

function clockCheck(date: string | null, ours: number): Check {
  const name = 'clock';
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return { name, verdict: 'unknown', detail: 'the gateway sends no Date' };
  const seconds = Math.round((ours - theirs - 500) / 1000); // Date has whole seconds, cut off
  const detail = `this clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the gateway's`;
  if (seconds >= mostAhead) {
    const reason = `a reply that is more than ${mostAhead} s older than its request is not accepted`;
    return { name, verdict: 'problem', detail: `${detail}: ${reason}; expected a clock that is set by NTP` };
  }
  if (seconds < -mostBehind)
    return { name, verdict: 'problem', detail: `${detail}; expected a clock that is set by NTP` };
  return { name, verdict: 'fine', detail };
}
