/** The page: the form on one side, the messages on the wire on the other. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { Contract } from './contract.ts';
import { type Form, showForm } from './form.ts';
import { meetSandbox } from './load.ts';
import { CardPanel } from './panels/card.tsx';
import { FormPanel } from './panels/form-panel.tsx';
import { HistoryPanel } from './panels/history.tsx';
import { KeyPanel } from './panels/key.tsx';
import { LedgerPanel } from './panels/ledger.tsx';
import { ReplyPanel, RequestPanel } from './panels/message.tsx';
import { OptionsPanel } from './panels/options.tsx';
import { CopyPanel, OutcomePanel } from './panels/outcome.tsx';
import { send } from './send.ts';
import { language, linkedBody, ready, selected, t, variant } from './state.ts';
import { languageTags } from './words/index.ts';

let form: Form | undefined;

function Page() {
  const words = t.value;
  return (
    <>
      <a class="skip" href="#result">
        {words.skip}
      </a>
      <header>
        <div>
          <h1>{words.title}</h1>
          <p>{words.lead}</p>
          <VariantLine />
        </div>
        <nav>
          <a href="/openapi.json">openapi.json</a>
          <button
            type="button"
            lang={language.value === 'en' ? 'zh-Hant-HK' : 'en'}
            onClick={() => {
              language.value = language.value === 'en' ? 'zh' : 'en';
            }}
          >
            {words.otherLanguage}
          </button>
        </nav>
      </header>
      <main>
        <section aria-label={words.compose} class="column">
          <KeyPanel />
          <OptionsPanel body={() => form?.body() ?? ''} />
          <FormPanel />
        </section>
        <section aria-label={words.wire} class="column wire">
          <OutcomePanel />
          <CardPanel />
          {selected.value && (
            <>
              <CopyPanel exchange={selected.value} />
              <RequestPanel exchange={selected.value} />
              <ReplyPanel exchange={selected.value} />
              <LedgerPanel exchange={selected.value} />
            </>
          )}
          <HistoryPanel />
        </section>
      </main>
    </>
  );
}

/** What this gateway does otherwise: whoever does not know takes it for a fault. */
function VariantLine() {
  if (variant.value === null) return null;
  const { name, description } = variant.value;
  const own = t.value.variants[name];
  return (
    <p class="variant">
      {t.value.variant} <code>{name}</code>
      {language.value === 'en' ? ': ' : '：'}
      <span lang={own === undefined ? 'en' : undefined}>{own ?? description}</span>
    </p>
  );
}

effect(() => {
  document.documentElement.lang = languageTags[language.value];
  document.title = t.value.title;
});

function readJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// A link that is opened in this tab; a jump within the page has no fields.
addEventListener('hashchange', () => {
  if (location.hash.includes('=')) location.reload();
});

const root = document.getElementById('page');
if (root === null) throw new Error('expected an element #page');
render(<Page />, root);

const loadingContract = fetch('/openapi.json').then((response) => response.json() as Promise<Contract>);
await meetSandbox();
const place = document.getElementById('form');
if (place === null) throw new Error('expected an element #form');
form = await showForm(place, {
  contract: await loadingContract,
  pass: ready.value?.pass,
  now: Date.now(),
  linked: linkedBody === undefined ? undefined : { summary: t.value.form.linked, value: readJson(linkedBody) },
  send,
  label: (name) => (name === 'lang' ? languageTags[language.value] : t.value.form[name]),
  onLabels: (changed) => t.subscribe(() => queueMicrotask(changed)),
});
document.documentElement.dataset.ready = 'true';
