/** Who may call this Worker: whoever bears API_TOKEN, and has a verified certificate that was not revoked where one is asked for. */
import { readCallers } from '../config/callers.ts';
import { Refused } from './errors.ts';

/**
 * @throws Refused, Unauthorized
 * @throws ConfigurationInvalid
 */
export function authorize(request: Request, env: object): void {
  const { apiToken, requireCertificate } = readCallers(env);
  const [, received = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('Authorization') ?? '') ?? [];
  if (!isEqual(apiToken, received)) {
    throw new Refused('Unauthorized', [
      { path: 'Authorization', message: 'must be Bearer and the API_TOKEN of this Worker' },
    ]);
  }
  if (requireCertificate && !hasCertificate(request)) {
    throw new Refused('Unauthorized', [
      { path: 'certificate', message: "must be one that this zone's mTLS verified and nobody revoked" },
    ]);
  }
}

/** Takes the same time whichever characters match; it reveals only the length of `other`. */
function isEqual(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < other.length; index += 1) {
    difference |= one.charCodeAt(index % one.length) ^ other.charCodeAt(index);
  }
  return difference === 0;
}

/** Cloudflare verifies the certificate before the Worker runs and says so here. */
function hasCertificate(request: Request): boolean {
  type Tls = { certVerified?: string; certRevoked?: string };
  const tls = (request.cf as { tlsClientAuth?: Tls } | undefined)?.tlsClientAuth;
  // A certificate that was revoked still verifies: Cloudflare leaves it to the Worker to refuse it.
  return tls?.certVerified === 'SUCCESS' && tls.certRevoked !== '1';
}
