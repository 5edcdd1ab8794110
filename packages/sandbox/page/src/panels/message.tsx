/** One half of an exchange, as it was on the wire: what was signed, its headers part by part, its body, the verdicts. */
import { compact } from '../copy.ts';
import type { Exchange } from '../exchange.ts';
import { t } from '../state.ts';
import { verdictsOf } from '../verdicts.ts';
import { type HeaderPart, headerOf, headerParts, signedText, textOf, visible, type WireMessage } from '../wire.ts';

export function RequestPanel({ exchange }: { exchange: Exchange }) {
  const words = t.value.message;
  const { request, plaintext, clientId, at } = exchange;
  if (request === undefined) return null;
  const { sealed, sent } = request;
  const encrypted = headerOf(sealed, 'Encrypt') !== undefined;
  const wasTampered = textOf(sealed.body) !== textOf(sent.body);
  return (
    <section class="panel" aria-labelledby="request-heading">
      <h2 id="request-heading">{words.request}</h2>
      <Block label={words.contentToBeSigned} hint={words.contentHint} text={signedText(sealed, request, clientId)} />
      <Headers message={sent} at={at} />
      {encrypted && <Block label={words.plaintext} text={compact(plaintext)} />}
      <Block label={encrypted ? words.ciphertext : words.body} text={textOf(sealed.body)} />
      {wasTampered && <Block label={words.tampered} text={textOf(sent.body)} tone="bad" />}
    </section>
  );
}

export function ReplyPanel({ exchange }: { exchange: Exchange }) {
  const words = t.value.message;
  const { request, reply, outcome, clientId, at } = exchange;
  if (request === undefined) return null;
  const encrypted = reply !== undefined && headerOf(reply, 'Encrypt') !== undefined;
  const isSigned = reply !== undefined && headerOf(reply, 'Signature') !== undefined;
  return (
    <section class="panel" aria-labelledby="reply-heading">
      <h2 id="reply-heading">{words.reply}</h2>
      <h3>{words.verdicts}</h3>
      <Stages stages={verdictsOf(outcome, encrypted)} />
      {reply === undefined ? (
        <p>{words.noReply}</p>
      ) : (
        <>
          <p>
            {words.status} <code>{reply.status}</code>
          </p>
          {isSigned && <Block label={words.contentSigned} text={signedText(reply, request, clientId)} />}
          <Headers message={reply} at={at} />
          {encrypted && <Block label={words.ciphertext} text={textOf(reply.body)} />}
          {!encrypted && <Block label={words.body} text={textOf(reply.body)} />}
          {encrypted &&
            (reply.plaintext === undefined ? (
              <p>{words.noPlaintext}</p>
            ) : (
              <Block label={words.plaintext} text={reply.plaintext} />
            ))}
        </>
      )}
    </section>
  );
}

/** Stages and their verdicts, in order; a reason where there is one. */
export function Stages({ stages }: { stages: { stage: string; verdict: string; reason?: string | null }[] }) {
  const words = t.value;
  return (
    <ol class="stages">
      {stages.map(({ stage, verdict, reason }) => (
        <li key={stage} class={verdict} data-stage={stage} data-verdict={verdict}>
          <span>{words.stages[stage] ?? stage}</span>
          <span>{words.verdict[verdict as keyof typeof words.verdict] ?? verdict}</span>
          {reason && <small lang="en">{reason}</small>}
        </li>
      ))}
    </ol>
  );
}

function Headers({ message, at }: { message: WireMessage; at: number }) {
  const words = t.value.message;
  return (
    <>
      <h3>{words.headers}</h3>
      <dl class="headers">
        {message.headers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            {headerParts(name, value, at).map((part) => (
              <dd key={part.name}>
                {part.name && <span class="part">{part.name}</span>}
                <code class="wrap">{part.value}</code>
                <Note part={part} />
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </>
  );
}

function Note({ part: { note } }: { part: HeaderPart }) {
  const words = t.value.message;
  if (note === undefined) return null;
  if ('problem' in note) return <small class="problem">{note.problem}</small>;
  return <small>{'bytes' in note ? words.bytes(note.bytes) : words.seconds(note.seconds)}</small>;
}

interface BlockOptions {
  label: string;
  hint?: string;
  text: string;
  tone?: 'bad';
  /** Laid out for reading: its line breaks are not in the message. */
  indented?: boolean;
}

/** Text in full, its control characters by name. */
export function Block({ label, hint, text, tone, indented }: BlockOptions) {
  return (
    <>
      <h3>{label}</h3>
      {hint && <p class="hint">{hint}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls */}
      <pre tabIndex={0} aria-label={label} role="group" class={tone}>
        {indented ? text : visible(text).map(Piece)}
      </pre>
    </>
  );
}

function Piece({ text, control, breaks }: ReturnType<typeof visible>[number], index: number) {
  if (!control) return text;
  return (
    <span class="control" key={index}>
      {text}
      {breaks && '\n'}
    </span>
  );
}
