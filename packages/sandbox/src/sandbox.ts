/**
 * A sandbox: the gateway in AlipayHK's place, the admin API under `/sandbox`, and the page at `/`. Whatever is neither
 * page nor admin API is a request to the gateway, which replies to wrong paths too.
 */
import type { KeyRing, PrivateKey } from '@alipayhk-pass/message-security';
import { Hono } from 'hono';
import type { Access } from './admin/access.ts';
import { errorResponse, Refused } from './admin/errors.ts';
import { adminRoutes, type ReadyMerchant } from './admin/routes.ts';
import { emitToConsole, type SandboxEvent } from './events.ts';
import { createRecordingGateway } from './gateway/gateway.ts';
import { type HeaderCase, headerCases } from './gateway/header-case.ts';
import { pageRoutes } from './page.ts';
import type { SqlStore } from './store.ts';
import { catalog, variantNamed } from './variants/catalog.ts';

/** What `createSandbox` takes. */
export interface SandboxOptions {
  /** Keeps passes, merchants, faults and the ledger: `d1Store` or `openNodeSqlite`. */
  store: SqlStore;
  /** The gateway's own key, or its versions, the latest last: signs replies, decrypts requests. */
  privateKey: KeyRing<PrivateKey>;
  /** Who may use the admin API; nobody unless given. */
  access?: Access | undefined;
  /** A merchant that `GET /sandbox/ready` offers, private key included; none unless given. */
  ready?: ReadyMerchant | undefined;
  /**
   * About how many requests the ledger holds; 10,000 unless given. Let it be more than twice the requests that come at once:
   * one that loses its entry before its reply gets HTTP 500, also when its update took effect.
   */
  ledgerRows?: number | undefined;
  /** How the names of headers in replies are spelled, unless a merchant has a setting of its own; `lower` unless given. */
  headerCase?: HeaderCase | undefined;
  /** Name of the variant to emulate, as `@alipayhk-pass/sandbox/variants` lists them; none unless given. */
  variant?: string | undefined;
  /** Gets what belongs in a log; lines of JSON on the console unless given. */
  emit?: ((event: SandboxEvent) => void) | undefined;
}

/**
 * Makes a sandbox.
 *
 * @returns a function from Request to Response that does not reject
 * @throws TypeError that names the option and what was expected
 * @example
 * ```ts
 * import { createSandbox } from '@alipayhk-pass/sandbox';
 * import { openNodeSqlite } from '@alipayhk-pass/sandbox/node-sqlite';
 *
 * const sandbox = createSandbox({
 *   store: openNodeSqlite(),
 *   privateKey: gatewayPrivateKey,
 *   access: { token: 'any long random text' },
 * });
 * const response = await sandbox(new Request('https://gateway.example/'));
 * console.log(response.status); // 200
 * ```
 */
export function createSandbox(options: SandboxOptions): (request: Request) => Promise<Response> {
  const { store, privateKey, access = {}, ready, ledgerRows = 10_000, emit = emitToConsole } = options;
  const { headerCase = 'lower', variant: name } = options;
  if (typeof store?.run !== 'function') throw new TypeError('store must be what d1Store or openNodeSqlite returns');
  if (!Number.isSafeInteger(ledgerRows) || ledgerRows < 1) {
    throw new TypeError('ledgerRows must be a positive whole number');
  }
  if (!headerCases.includes(headerCase)) throw new TypeError(`headerCase must be ${headerCases.join(' or ')}`);
  const variant = name === undefined ? undefined : variantNamed(name);
  if (name !== undefined && !variant) {
    throw new TypeError(`variant must be one of ${catalog.map((each) => each.name).join(', ')}`);
  }
  const gateway = createRecordingGateway({ store, privateKey, ledgerRows, headerCase, variant, emit });
  const app = new Hono();
  app.route('/sandbox', adminRoutes({ store, access, ready, variant }));
  // Otherwise the gateway would reply.
  app.all('/sandbox/*', () => {
    throw new Refused('RouteNotFound', 'no such route');
  });
  app.route('/', pageRoutes());
  app.all('*', ({ req }) => {
    // A merchant is no browser. Any page can make one send a request, even if it cannot read the reply: no entry for it.
    if (['cross-site', 'same-site'].includes(req.header('Sec-Fetch-Site') ?? '')) {
      throw new Refused('Forbidden', [{ path: 'Sec-Fetch-Site', message: 'names another origin' }]);
    }
    return gateway(req.raw);
  });
  app.onError((error) => errorResponse(error, emit));
  return async (request) => app.fetch(request);
}
