/** The gateway's side: its entry for the exchange, and the pass as it is now. */
import type { Exchange } from '../exchange.ts';
import { sandbox } from '../sandbox.ts';
import { lookAtPass, pass, t } from '../state.ts';
import { Block, Stages } from './message.tsx';

export function LedgerPanel({ exchange: { entry, request } }: { exchange: Exchange }) {
  const words = t.value.ledger;
  if (request === undefined) return null;
  return (
    <section class="panel" aria-labelledby="ledger-heading">
      <h2 id="ledger-heading">{words.heading}</h2>
      {entry === undefined && <p>{words.reading}</p>}
      {entry === null && <p>{words.none}</p>}
      {entry && (
        <>
          <Stages stages={entry.stages} />
          <Facts
            facts={{
              [words.receivedAt]: new Date(entry.receivedAt).toISOString(),
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

export function PassPanel() {
  const words = t.value.pass;
  const { value: known } = pass;
  const reset = async (passId: string): Promise<void> => {
    await sandbox.resetPass(passId);
    await lookAtPass(passId);
  };
  return (
    <section class="panel" aria-labelledby="pass-heading">
      <h2 id="pass-heading">{words.heading}</h2>
      {known ? (
        <>
          <Facts facts={{ ...known }} />
          <button type="button" onClick={() => reset(known.passId)}>
            {words.reset}
          </button>
        </>
      ) : (
        <p>{words.none}</p>
      )}
    </section>
  );
}

/** Names and values; what has no value is left out. */
function Facts({ facts }: { facts: Record<string, unknown> }) {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name} data-fact={name}>
          <dt>{name}</dt>
          <dd>
            <code class="wrap">{typeof value === 'object' ? JSON.stringify(value) : String(value)}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}
