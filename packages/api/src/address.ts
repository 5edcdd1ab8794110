/** Checks of the addresses in options. */

/**
 * Checks an origin such as `https://open.alipay.hk`.
 *
 * @throws TypeError for a path, a query or credentials in it, and for anything but an http or https URL
 */
export function checkOrigin(baseUrl: string): void {
  if (/^https?:\/\/[^/@]+\/$/.test(URL.canParse(baseUrl) ? new URL(baseUrl).href : '')) return;
  throw new TypeError('baseUrl must be an origin such as https://open.alipay.hk');
}

/**
 * Checks a prefix such as `/api`. The empty one is accepted.
 *
 * @throws TypeError for a prefix without `/` at its start, or with one at its end
 */
export function checkPrefix(signedPrefix = ''): void {
  if (/^(\/[\w.~-]+)*$/.test(signedPrefix)) return;
  throw new TypeError('signedPrefix must be a path such as /api');
}
