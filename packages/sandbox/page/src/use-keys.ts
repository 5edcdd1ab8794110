/** Which key signs: the sandbox's, a pasted or a remembered one. */
import { importKeys, type KeyTexts, rememberedKeys, rememberKeys } from './key.ts';
import { type KeySource, keyProblem, keys, linkedKeyVersion, options, ready } from './state.ts';

/** Uses the key that the sandbox offers. */
export async function useSandboxKey(): Promise<void> {
  const offer = ready.value;
  if (!offer) return;
  const { clientId, keyVersion, merchantPrivateKey, gatewayPublicKey } = offer;
  if (!keys.value && linkedKeyVersion === undefined) options.value = { ...options.value, keyVersion: keyVersion ?? '' };
  await useKeys({ clientId, privateKey: merchantPrivateKey, publicKey: gatewayPublicKey }, 'sandbox');
}

/** Uses what this tab was asked to remember, unless there is a key already. */
export async function useRememberedKeys(): Promise<void> {
  const remembered = rememberedKeys();
  if (remembered && !keys.value) await useKeys(remembered, 'remembered');
}

/** Imports keys, with what RSA_AES needs if encryption is on; `false` if they are refused. */
export async function useKeys(texts: KeyTexts, from: KeySource, remember = false): Promise<boolean> {
  try {
    keys.value = { ...(await importKeys(texts, options.value.encryption)), from };
    keyProblem.value = undefined;
    if (remember) rememberKeys(texts);
    return true;
  } catch (error) {
    keyProblem.value = (error as Error).message;
    return false;
  }
}

/** Turns encryption on or off; a key that was imported for signing only is imported again if its text is at hand. */
export async function setEncryption(encryption: boolean): Promise<void> {
  options.value = { ...options.value, encryption };
  if (!keys.value) return;
  if (!encryption) {
    keys.value = { ...keys.value, decryptionKey: undefined }; // the numbers are dropped
    return;
  }
  const remembered = rememberedKeys();
  if (keys.value.from === 'sandbox') await useSandboxKey();
  else if (remembered) await useKeys(remembered, 'remembered');
}
