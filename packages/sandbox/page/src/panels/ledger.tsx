/** The gateway's side: its entry for the exchange. */
import type { Exchange } from '../exchange.ts';
import { formatInstant } from '../format.ts';
import { language, t } from '../state.ts';
import { Facts } from './facts.tsx';
import { Block, Stages } from './message.tsx';

export function LedgerPanel({ exchange: { entry, request } }: { exchange: Exchange }) {
  const words = t.value.ledger;
  if (request === undefined) return null;
  return (
    <section class="panel" aria-labelledby="ledger-heading">
      <h2 id="ledger-heading">{words.heading}</h2>
      {entry === undefined && <p>{words.reading}</p>}
      {entry === null && <p>{words.none}</p>}
      {entry === 'unreadable' && <p>{words.unreadable}</p>}
      {typeof entry === 'object' && entry && (
        <>
          <Stages stages={entry.stages} />
          <Facts
            facts={{
              [words.receivedAt]: formatInstant(entry.receivedAt, language.value),
              [t.value.outcome.tracerId]: entry.tracerId,
              [words.applied]: entry.applied ? words.yes : words.no,
              [words.revision]: entry.revision,
              [words.fault]: entry.fault,
              [words.encrypted]: entry.encrypted ? words.yes : words.no,
              [words.keyVersion]: entry.keyVersion,
              [words.result]: entry.resultInfo,
            }}
          />
          {entry.update != null && (
            <Block label={words.update} text={JSON.stringify(entry.update, undefined, 2)} indented />
          )}
        </>
      )}
    </section>
  );
}
