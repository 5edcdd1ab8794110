/** Result codes that concern keys, Client-Id or console. Nothing is wrong with the update: once that is mended, it is sent again. */

const setupCodes = new Set(['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED']);

export const isSetupCode = (resultCode: string | undefined): boolean => setupCodes.has(resultCode ?? '');

/** What else than a key may be wrong when a request that is fine where it was sealed is refused. */
export const somethingBetween =
  'something in between changed the request: capture it behind every proxy, as the gateway received it, to see that';

/** Where to look when our own signature is fine and is refused all the same. */
export const howToCompareKeys =
  "compare the fingerprint of your key, which doctor prints, with the public key that AlipayHK's console shows for this Client-Id (doctor --own-public-key FILE compares the pair), and check that key, Client-Id and gateway belong to the same environment";
