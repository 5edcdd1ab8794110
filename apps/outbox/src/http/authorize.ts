/** Who may call this Worker: whoever bears API_TOKEN, and has a verified certificate that was not revoked where one is asked for. */
import { readCallers } from '../config/callers.ts';
import { Refused } from './errors.ts';

/** @throws Refused, Unauthorized
 * @throws ConfigurationInvalid */
export async function authorize(request: Request, env: Env): Promise<void> {
  const { apiToken, requireCertificate } = readCallers(env);
  const [, received = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('Authorization') ?? '') ?? [];
  // Digests, because the comparison in constant time takes equal lengths only.
  const [expectedDigest, receivedDigest] = await Promise.all([digest(apiToken), digest(received)]);
  if (!crypto.subtle.timingSafeEqual(expectedDigest, receivedDigest)) {
    throw new Refused('Unauthorized', [{ path: 'Authorization', expected: 'Bearer and the API_TOKEN of this Worker' }]);
  }
  if (requireCertificate && !hasCertificate(request)) {
    throw new Refused('Unauthorized', [
      { path: 'certificate', expected: "one that this zone's mTLS verified and nobody revoked" },
    ]);
  }
}

/** Cloudflare verifies the certificate before the Worker runs and says so here. */
function hasCertificate(request: Request): boolean {
  type Tls = { certVerified?: string; certRevoked?: string };
  const tls = (request.cf as { tlsClientAuth?: Tls } | undefined)?.tlsClientAuth;
  // A certificate that was revoked still verifies: Cloudflare leaves it to the Worker to refuse it.
  return tls?.certVerified === 'SUCCESS' && tls.certRevoked !== '1';
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}
