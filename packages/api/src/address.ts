/** Checks of the addresses in options. */

/**
 * The origin in `baseUrl`, such as `https://open.alipay.hk`, without the blanks and the slash that may follow it there.
 *
 * @throws TypeError for a path, a query or credentials in it, and for anything but an http or https URL
 */
export function originOf(baseUrl: string): string {
  const { href, origin } = URL.canParse(baseUrl) ? new URL(baseUrl) : { href: '', origin: '' };
  if (/^https?:\/\/[^/@]+\/$/.test(href)) return origin;
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
