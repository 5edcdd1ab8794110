/** How the next update is sent: encrypted or not, tampered with or not, and with which fault of the gateway. */
import { useState } from 'preact/hooks';
import { focusIfLost } from '../focus.ts';
import { formatLink } from '../link.ts';
import { loadFaults } from '../load.ts';
import { sandbox } from '../sandbox.ts';
import { fault, faults, language, options, t } from '../state.ts';
import { setEncryption } from '../use-keys.ts';

export function OptionsPanel({ body }: { body: () => string }) {
  const words = t.value.options;
  const { encryption, tamper, keyVersion, timeout } = options.value;
  const set = (change: Partial<typeof options.value>): void => {
    options.value = { ...options.value, ...change };
  };
  return (
    <section class="panel" aria-labelledby="options-heading">
      <h2 id="options-heading">{words.heading}</h2>
      <div class="checks">
        <label class="check">
          <input
            type="checkbox"
            checked={encryption}
            onChange={(event) => setEncryption(event.currentTarget.checked)}
          />
          {words.encryption}
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={tamper}
            aria-describedby="tamper-hint"
            onChange={(event) => set({ tamper: event.currentTarget.checked })}
          />
          {words.tamper}
        </label>
      </div>
      <p class="hint" id="tamper-hint">
        {words.tamperHint}
      </p>
      <FaultChoice />
      <details>
        <summary>{words.more}</summary>
        <div class="fields">
          <label>
            {words.keyVersion}
            <input
              value={keyVersion}
              pattern="[\w.\-]*"
              spellcheck={false}
              aria-describedby="version-hint"
              onInput={(event) => set({ keyVersion: event.currentTarget.value.trim() })}
            />
            <span class="hint" id="version-hint">
              {words.keyVersionHint}
            </span>
          </label>
          <label>
            {words.timeout}
            <input
              type="number"
              min="0.1"
              max="60"
              step="any"
              value={timeout / 1000}
              onChange={(event) => set({ timeout: secondsOf(event.currentTarget.valueAsNumber) * 1000 })}
            />
          </label>
        </div>
      </details>
      <LinkButton body={body} />
    </section>
  );
}

const secondsOf = (typed: number): number => Math.min(60, Math.max(0.1, typed || 10));

/** Chaos needs these two. */
const beginnings = { seed: '1', rate: '0.5' };

function FaultChoice() {
  const words = t.value.options;
  const { catalog, active } = faults.value;
  const { name, times, parameters } = fault.value;
  const kind = catalog.find((each) => each.name === name);
  const own = t.value.faults[name];
  const set = (change: Partial<typeof fault.value>): void => {
    fault.value = { ...fault.value, ...change };
  };
  return (
    <>
      <div class="fields">
        <label>
          {words.fault}
          <select
            value={name}
            aria-describedby="fault-hint"
            onChange={(event) => set({ name: event.currentTarget.value, parameters: beginnings })}
          >
            <option value="">{words.noFault}</option>
            {catalog.map((each) => (
              <option value={each.name} key={each.name}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
        {kind && (
          <label>
            {words.times}
            <input
              type="number"
              min="1"
              max="1000"
              value={times}
              onChange={(event) => set({ times: event.currentTarget.valueAsNumber || 1 })}
            />
          </label>
        )}
        {kind?.parameters?.map((parameter) => (
          <label key={parameter}>
            {parameter}
            <input
              inputMode={parameter === 'delayMs' || parameter === 'rate' ? 'decimal' : 'text'}
              spellcheck={false}
              value={parameters[parameter] ?? ''}
              onChange={(event) => set({ parameters: { ...parameters, [parameter]: event.currentTarget.value } })}
            />
          </label>
        ))}
      </div>
      <p class="hint" id="fault-hint">
        {kind && (own ?? <span lang="en">{kind.description}</span>)}
      </p>
      {active.length > 0 && (
        <ul class="active" aria-label={words.active}>
          {active.map((each) => (
            <li key={each.id}>
              <code>{each.name}</code>
              {typeof each.remaining === 'number' && <span> · {words.remaining(each.remaining)}</span>}
              <button type="button" aria-label={words.remove(each.name)} onClick={() => removeFault(each.id)}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** It may be gone already, for a request took it; that is as good. */
async function removeFault(id: number): Promise<void> {
  await sandbox.removeFault(id).catch(() => undefined);
  await loadFaults();
  focusIfLost('select[aria-describedby=fault-hint]');
}

function LinkButton({ body }: { body: () => string }) {
  const words = t.value.options;
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    const { encryption, keyVersion, tamper, timeout } = options.value;
    const form = { encryption, keyVersion, tamper, timeout, fault: fault.value.name, language: language.value };
    history.replaceState(null, '', formatLink({ ...form, body: body() }));
    await navigator.clipboard.writeText(location.href).then(
      () => setCopied(true),
      () => setCopied(false), // it is in the address bar nevertheless
    );
  };
  return (
    <p class="row">
      <button type="button" onClick={copy}>
        {words.link}
      </button>
      <span class="hint" role="status">
        {copied ? t.value.copy.copied : words.linkHint}
      </span>
    </p>
  );
}
