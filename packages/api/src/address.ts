/** Checks of the addresses that options name, before anything is sent there. */

/** @throws TypeError for an origin with a path, a query or credentials, and for what is no http or https address */
export function checkOrigin(baseUrl: string): void {
  if (/^https?:\/\/[^/@]+\/$/.test(URL.canParse(baseUrl) ? new URL(baseUrl).href : '')) return;
  throw new TypeError('baseUrl must be an origin such as https://open.alipay.hk');
}

/** @throws TypeError for a prefix that is not a path without an end */
export function checkPrefix(signedPrefix = ''): void {
  if (/^(\/[\w.~-]+)*$/.test(signedPrefix)) return;
  throw new TypeError('signedPrefix must be a path such as /api');
}
