/** How it ended, in words; and the exchange to take away. */
import { useEffect, useState } from 'preact/hooks';
import { asCurl, asJson, asTypeScript } from '../copy.ts';
import { type Exchange, resultCodeOf } from '../exchange.ts';
import { sandboxProblem, selected, sending, t } from '../state.ts';

const tones = { yes: 'good', no: 'bad', unknown: 'unsure' } as const;

export function OutcomePanel() {
  const words = t.value.outcome;
  const exchange = selected.value;
  useEffect(() => {
    // Where there is one column, the result is far below the form.
    if (exchange && matchMedia('(max-width: 61.99rem)').matches) document.getElementById('result')?.scrollIntoView();
  }, [exchange?.id]);
  return (
    <section class="panel" aria-labelledby="result">
      <h2 id="result" tabIndex={-1}>
        {words.heading}
      </h2>
      <div role="status" class="outcome" aria-busy={sending.value} data-outcome={exchange?.outcome.kind}>
        {exchange ? <OutcomeOf exchange={exchange} /> : <p>{words.none}</p>}
      </div>
      <p role="alert" class="problem">
        {sandboxProblem.value && (
          <>
            {words.sandboxProblem} <span lang="en">{sandboxProblem.value}</span>
          </>
        )}
      </p>
    </section>
  );
}

function OutcomeOf({ exchange }: { exchange: Exchange }) {
  const words = t.value.outcome;
  const { outcome, keyAdvice, plaintext, at } = exchange;
  const entry = typeof exchange.entry === 'object' ? exchange.entry : undefined;
  const { kind, effect, message, issues, resultCode, tracerId } = outcome;
  const [title, general] = words.kinds[kind];
  const isRefused = kind === 'refused' || kind === 'unsignedResult';
  const fault = entry?.fault ?? undefined;
  const cause = fault ? words.byFault(fault) : words.causes[resultCodeOf(exchange) ?? ''];
  // What a code means says more than that it is a refusal.
  const explanation = isRefused && cause ? cause : general;
  return (
    <>
      <p class={`verdict ${tones[effect]}`}>{title}</p>
      <p>{explanation}</p>
      {keyAdvice && !fault && <p data-key-advice={keyAdvice}>{words.keyAdvice[keyAdvice]}</p>}
      {issues && (
        <ul class="issues">
          {issues.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path || words.bodyPath}</code> <span lang="en">{message}</span>
            </li>
          ))}
        </ul>
      )}
      <p>{words.effect[effect]}</p>
      {entry && <p>{entry.applied ? words.ledgerApplied : words.ledgerNotApplied}</p>}
      {kind === 'accepted' && isPast(endDateOf(plaintext), at) && <p class="hint">{words.pastEndDate}</p>}
      <dl>
        {resultCode && (
          <>
            <dt>{words.resultCode}</dt>
            <dd>
              <code>{resultCode}</code>
            </dd>
          </>
        )}
        {tracerId && (
          <>
            <dt>{words.tracerId}</dt>
            <dd>
              <code>{tracerId}</code>
            </dd>
          </>
        )}
      </dl>
      {message && !issues && (
        <p>
          <code lang="en" class="wrap">
            {message}
          </code>
        </p>
      )}
    </>
  );
}

function endDateOf(body: string): unknown {
  try {
    return JSON.parse(body).endDate;
  } catch {
    return undefined;
  }
}

const isPast = (endDate: unknown, at: number): boolean => typeof endDate === 'number' && endDate < at;

export function CopyPanel({ exchange }: { exchange: Exchange }) {
  const words = t.value.copy;
  const [state, setState] = useState<{ name: string; text?: string }>();
  const forms = [
    ['curl', words.curl, asCurl(exchange)],
    ['typescript', words.typescript, asTypeScript(exchange)],
    ['json', words.json, asJson(exchange)],
  ] as const;
  const copy = (name: string, text: string) =>
    navigator.clipboard.writeText(text).then(
      () => setState({ name }),
      () => setState({ name, text }),
    );
  return (
    <section class="panel slim" aria-labelledby="copy-heading">
      <h2 id="copy-heading">{words.heading}</h2>
      <p class="row">
        {forms.map(
          ([name, label, text]) =>
            text !== undefined && (
              <button type="button" key={name} data-copy={name} onClick={() => copy(name, text)}>
                {label}
              </button>
            ),
        )}
        <span class="hint" role="status">
          {state && !state.text ? words.copied : exchange.request && !exchange.options.tamper && words.curlHint}
        </span>
      </p>
      {state?.text && (
        <label>
          {words.failed}
          <textarea readOnly rows={8} value={state.text} />
        </label>
      )}
    </section>
  );
}
