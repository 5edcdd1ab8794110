/** The place of Swagger UI, with a heading and a hint. */
import { memo } from 'preact/compat';
import { t } from '../state.ts';

export function FormPanel() {
  const { form, swaggerEnglish } = t.value;
  return (
    <section class="panel" aria-labelledby="form-heading">
      <h2 id="form-heading">{form.heading}</h2>
      <p class="hint">{form.note}</p>
      {swaggerEnglish && <p class="hint">{swaggerEnglish}</p>}
      <Place />
    </section>
  );
}

// Rendered once: what is inside is Swagger UI's.
const Place = memo(
  () => <div id="form" lang="en" />,
  () => true,
);
