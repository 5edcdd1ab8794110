/** What was sent since the page was loaded. */
import type { Exchange } from '../exchange.ts';
import { history, selectedId, t } from '../state.ts';

/** The fault that was asked for, and the one that the request took: it may be an earlier one, or what chaos drew. */
function faultsOf(asked: string | undefined, entry: Exchange['entry']): (string | undefined)[] {
  const taken = (typeof entry === 'object' && entry?.fault) || undefined;
  return [...new Set([asked, taken])];
}

export function HistoryPanel() {
  const words = t.value;
  return (
    <section class="panel" aria-labelledby="history-heading">
      <h2 id="history-heading">{words.history.heading}</h2>
      {history.value.length === 0 && <p>{words.history.none}</p>}
      <ol class="history" reversed>
        {history.value.toReversed().map(({ id, at, outcome, fault, entry, options }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={id === selectedId.value}
              onClick={() => {
                selectedId.value = id;
              }}
            >
              <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString('en-GB')}</time>
              <span>{words.outcome.kinds[outcome.kind][0]}</span>
              <small>{[options.encryption && 'RSA_AES', ...faultsOf(fault, entry)].filter(Boolean).join(' · ')}</small>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
