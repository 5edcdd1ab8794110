/**
 * How the names of a reply's headers are spelled. Some clients look for names in lower case and know no other; others look
 * for `Signature` exactly.
 */

/** `lower`: `signature`, `client-id`; `title`: `Signature`, `Client-Id`. */
export type HeaderCase = 'lower' | 'title';

/** Also the case that only a variant uses. */
export type AnyHeaderCase = HeaderCase | 'upper';

export const headerCases = ['lower', 'title'] as const satisfies HeaderCase[];

const caseOf = new WeakMap<Response, AnyHeaderCase>();

/** A response with its names spelled like this, as far as the runtime keeps them; `wireHeaders` has them in any runtime. */
export function spelledResponse(
  body: BodyInit | null,
  init: ResponseInit & { headers: Headers },
  headerCase: AnyHeaderCase,
): Response {
  const headers = new Headers([...init.headers].map(([name, value]) => [spell(name, headerCase), value]));
  const response = new Response(body, { ...init, headers });
  caseOf.set(response, headerCase);
  return response;
}

/**
 * Headers of a response of a sandbox, with their names exactly as they are to be sent: for whoever puts it on a socket.
 * `Headers` itself lists names in lower case, and runtimes differ in what they send.
 *
 * @param response - as the sandbox returned it
 * @example
 * ```ts
 * import { createSandbox, wireHeaders } from '@alipayhk-pass/sandbox';
 * import { openNodeSqlite } from '@alipayhk-pass/sandbox/node-sqlite';
 *
 * const sandbox = createSandbox({ store: openNodeSqlite(), privateKey: gatewayPrivateKey, headerCase: 'title' });
 * const response = await sandbox(request);
 * const names = wireHeaders(response).map(([name]) => name);
 * console.log(names.includes('Tracer-Id')); // true
 * ```
 */
export function wireHeaders(response: Response): [name: string, value: string][] {
  const headerCase = caseOf.get(response) ?? 'title';
  return [...response.headers].map(([name, value]) => [spell(name, headerCase), value]);
}

function spell(name: string, headerCase: AnyHeaderCase): string {
  if (headerCase === 'upper') return name.toUpperCase();
  const lower = name.toLowerCase();
  return headerCase === 'lower' ? lower : lower.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
