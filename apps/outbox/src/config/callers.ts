/** Who may call the outbox. */
import * as v from 'valibot';
import { cached, onOrOff, parse, text } from './variables.ts';

export interface Callers {
  /** The bearer token that callers present. */
  apiToken: string;
  /** Whether they have to present a verified client certificate besides. */
  requireCertificate: boolean;
}

const Variables = v.object({
  API_TOKEN: text(/^[\w.~+/-]{16,}=*$/, '16 or more of the characters of a bearer token: letters, digits, -._~+/'),
  CLIENT_CERTIFICATE: onOrOff,
});

/** @throws ConfigurationInvalid */
export const readCallers = cached(Object.keys(Variables.entries), (env): Callers => {
  const { API_TOKEN, CLIENT_CERTIFICATE } = parse(Variables, env);
  return { apiToken: API_TOKEN, requireCertificate: CLIENT_CERTIFICATE === 'on' };
});
