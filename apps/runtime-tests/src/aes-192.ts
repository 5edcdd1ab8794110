/** AES with keys of 192 bits: optional in Web Crypto, and Chromium has left it out. Nobody was seen to send it. */

export const noAes192 = 'this Web Crypto has no AES-192, so that its refusal is what is tested';

export const hasAes192 = (): Promise<boolean> =>
  crypto.subtle.generateKey({ name: 'AES-CBC', length: 192 }, false, ['encrypt']).then(
    () => true,
    () => false,
  );
