/** A filled form as a link. It is in the fragment, which browsers send to no server; it never holds a key. */
import type { SendOptions } from './exchange.ts';

/** What a link holds; the rest of the form stays as it is. */
export interface FilledForm extends Partial<SendOptions> {
  body?: string;
  fault?: string;
  language?: string;
}

/** The fragment for a filled form, with its `#`. */
export function formatLink({ body, fault, language, encryption, keyVersion, tamper, timeout }: FilledForm): string {
  const fields = new URLSearchParams();
  if (language) fields.set('lang', language);
  if (encryption) fields.set('encryption', 'on');
  if (keyVersion) fields.set('keyVersion', keyVersion);
  if (fault) fields.set('fault', fault);
  if (tamper) fields.set('tamper', 'on');
  if (timeout !== undefined) fields.set('timeout', String(timeout));
  if (body) fields.set('body', body);
  return `#${fields}`;
}

/** The filled form of a fragment, without what is malformed. */
export function readLink(fragment: string): FilledForm {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const form: FilledForm = {};
  const text = (name: string): string | undefined => fields.get(name) || undefined;
  const [body, fault, language, keyVersion] = [text('body'), text('fault'), text('lang'), text('keyVersion')];
  if (body !== undefined) form.body = body;
  if (fault !== undefined) form.fault = fault;
  if (language !== undefined) form.language = language;
  if (keyVersion !== undefined && /^[\w.-]+$/.test(keyVersion)) form.keyVersion = keyVersion;
  if (fields.has('encryption')) form.encryption = fields.get('encryption') === 'on';
  if (fields.has('tamper')) form.tamper = fields.get('tamper') === 'on';
  const timeout = Number(text('timeout'));
  if (timeout >= 100 && timeout <= 60_000) form.timeout = timeout;
  return form;
}
