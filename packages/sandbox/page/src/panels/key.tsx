/** Which key signs: the sandbox's with one click, or one that is pasted; and what is kept of it. */
import { useState } from 'preact/hooks';
import { focusIfLost } from '../focus.ts';
import { forgetKeys } from '../key.ts';
import { meetSandbox } from '../load.ts';
import { setToken } from '../sandbox.ts';
import { keyProblem, keys, ready, t, tokenNeeded } from '../state.ts';
import { useKeys, useSandboxKey } from '../use-keys.ts';

export function KeyPanel() {
  const { key } = t.value;
  return (
    <section class="panel" aria-labelledby="key">
      <h2 id="key" tabIndex={-1}>
        {key.heading}
      </h2>
      {tokenNeeded.value && <TokenForm />}
      {keys.value ? <KeyInUse /> : <Offer />}
      <p role="alert" class="problem">
        {keyProblem.value}
      </p>
      <PasteForm />
    </section>
  );
}

function Offer() {
  const { key } = t.value;
  if (ready.value === null) return <p>{key.noSandbox}</p>;
  // The button goes away.
  const useIt = () => useSandboxKey().then(() => focusIfLost('#key'));
  return (
    <p class="row">
      <button type="button" class="primary" disabled={!ready.value} onClick={useIt}>
        {key.useSandbox}
      </button>
      <span class="hint">{key.sandboxHint}</span>
    </p>
  );
}

function KeyInUse() {
  const { key } = t.value;
  if (!keys.value) return null;
  const { clientId, from, decryptionKey, fingerprint, problems } = keys.value;
  const forget = (): void => {
    keys.value = undefined;
    forgetKeys();
    focusIfLost('#key');
  };
  return (
    <>
      <p class="row">
        <span>
          <strong>{key.inUse(clientId)}</strong> · {key.from[from]}
        </span>
        <button type="button" onClick={forget}>
          {key.forget}
        </button>
      </p>
      <p class="hint">{decryptionKey ? key.withNumbers : key.signingOnly}</p>
      {problems.map((problem) => (
        <p class="problem" lang="en" key={problem}>
          {problem}
        </p>
      ))}
      {fingerprint && (
        <details>
          <summary>{key.fingerprint}</summary>
          <code class="wrap">{fingerprint}</code>
        </details>
      )}
    </>
  );
}

function PasteForm() {
  const { key } = t.value;
  const [open, setOpen] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const text = (name: string): string => String(fields.get(name) ?? '').trim();
    const texts = { clientId: text('clientId'), privateKey: text('privateKey'), publicKey: text('publicKey') };
    if (!(await useKeys(texts, 'pasted', fields.has('remember')))) return;
    form.reset(); // no text of the key stays in the page
    setOpen(false);
    focusIfLost('#key');
  };
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{key.paste}</summary>
      <form onSubmit={submit} autocomplete="off">
        <label>
          {key.clientId}
          <input name="clientId" required spellcheck={false} defaultValue={ready.value?.clientId} />
        </label>
        <label>
          {key.privateKey}
          <textarea name="privateKey" required rows={3} spellcheck={false} aria-describedby="private-key-hint" />
        </label>
        <p class="hint" id="private-key-hint">
          {key.privateKeyHint}
        </p>
        <label>
          {key.publicKey}
          <textarea
            name="publicKey"
            required
            rows={3}
            spellcheck={false}
            aria-describedby="public-key-hint"
            defaultValue={ready.value?.gatewayPublicKey}
          />
        </label>
        <p class="hint" id="public-key-hint">
          {key.publicKeyHint}
        </p>
        <label class="check">
          <input type="checkbox" name="remember" aria-describedby="remember-hint" />
          {key.remember}
        </label>
        <p class="hint" id="remember-hint">
          {key.rememberHint}
        </p>
        <button type="submit">{key.use}</button>
      </form>
    </details>
  );
}

function TokenForm() {
  const { key } = t.value;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setToken(String(new FormData(event.currentTarget as HTMLFormElement).get('token')));
    void meetSandbox().then(() => focusIfLost('#key'));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {key.token}
        <input name="token" type="password" required autocomplete="off" />
      </label>
      <p class="hint">{key.tokenHint}</p>
      <button type="submit">{key.tokenUse}</button>
    </form>
  );
}
