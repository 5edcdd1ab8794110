/** The member's card, large: as it was before the update and as it is after it, or as it is now. */
import type { Pass } from '../../../src/client.ts';
import { type CardPart, cardOf, cardParts, changedParts } from '../card.ts';
import { formatDay } from '../format.ts';
import { loadPass } from '../load.ts';
import { sandbox } from '../sandbox.ts';
import { language, pass, sandboxProblem, selected, t } from '../state.ts';
import { Facts } from './facts.tsx';

export function CardPanel() {
  const words = t.value.card;
  const { before, pass: after } = selected.value ?? {};
  const { value: now } = pass;
  // It was reset since, or updated by somebody else.
  const isOld = after !== undefined && now?.updatedAt !== after.updatedAt;
  return (
    <section class="panel" aria-labelledby="card-heading">
      <h2 id="card-heading">{words.heading}</h2>
      {now === undefined && <p>{words.none}</p>}
      {before && after && <BeforeAndAfter before={before} after={after} />}
      {now && (isOld || !before || !after) && <Card pass={now} name="now" />}
      {now && (
        <>
          <details>
            <summary>{words.allFields}</summary>
            <Facts facts={{ ...now }} />
          </details>
          <button type="button" onClick={() => reset(now.passId)}>
            {words.reset}
          </button>
        </>
      )}
    </section>
  );
}

async function reset(passId: string): Promise<void> {
  await sandbox.resetPass(passId).catch((error: Error) => {
    sandboxProblem.value = error.message;
  });
  await loadPass(passId);
}

function BeforeAndAfter({ before, after }: { before: Pass; after: Pass }) {
  const words = t.value.card;
  const changed = changedParts(cardOf(before), cardOf(after));
  return (
    <>
      <div class="cards">
        <Card pass={before} name="before" />
        <Card pass={after} name="after" changed={changed} />
      </div>
      <p class="hint">{changed.size === 0 ? words.unchanged : words.changed}</p>
    </>
  );
}

interface CardOptions {
  pass: Pass;
  name: 'before' | 'after' | 'now';
  changed?: Set<CardPart>;
}

function Card({ pass, name, changed = new Set() }: CardOptions) {
  const words = t.value.card;
  const card = cardOf(pass);
  const textOf = (part: CardPart): string => {
    const value = card[part];
    if (value === undefined) return words.unset;
    if (part === 'status') return words.statuses[pass.status];
    if (part === 'endDate') return formatDay(Number(value), language.value) ?? String(value);
    return String(value);
  };
  return (
    <figure data-card={name}>
      <figcaption>{words[name]}</figcaption>
      <dl class={`card ${pass.status.toLowerCase()}`}>
        {cardParts.map((part) => (
          <div key={part} class={part} data-part={part} data-changed={changed.has(part)}>
            <dt>{words.parts[part]}</dt>
            <dd>{changed.has(part) ? <mark>{textOf(part)}</mark> : textOf(part)}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
