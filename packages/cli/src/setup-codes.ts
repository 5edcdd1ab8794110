/** Result codes that concern keys, Client-Id or console. Nothing is wrong with the update: once that is mended, it is sent again. */

const setupCodes = new Set(['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED']);

export const isSetupCode = (resultCode: string | undefined): boolean => setupCodes.has(resultCode ?? '');

/** Where to look when our own signature is fine and is refused all the same. */
export const howToCompareKeys =
  "compare the fingerprint of your key, which doctor prints, with the public key that AlipayHK's console shows for this Client-Id (doctor --own-public-key FILE compares the pair), and check that key, Client-Id and gateway belong to the same environment";
