/** Updates one membership card. */
import { createClient, importPrivateKey, importPublicKey, isUpdatePassError, RSA_AES } from '@alipayhk-pass/api';

const { CLIENT_ID = '', MERCHANT_ID = '', GATEWAY_URL } = process.env;
const { MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '' } = process.env;
const [passId = '2024052200000000000001', level = '金卡'] = process.argv.slice(2);
// An update that is refused with one of these is fine: keys, Client-Id or console are not.
const setupCodes = ['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED'];
const keyErrors = ['ResultNotSigned', 'SignatureVerificationFailed', 'DecryptionFailed'];

const alipayhk = createClient({
  clientId: CLIENT_ID,
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY' }),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY' }),
  encryption: RSA_AES, // without it bodies are signed only
  baseUrl: GATEWAY_URL, // https://open.alipay.hk unless given
});

try {
  const { tracerId } = await alipayhk.updatePass({
    merchantId: MERCHANT_ID,
    userId: '2160220000000001',
    passId,
    status: 'UPDATE',
    updateDetailType: 'UPDATE_MEMBER_CARD',
    dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null, level },
  });
  console.log('updated', tracerId);
} catch (error) {
  if (!isUpdatePassError(error)) throw error; // a TypeError: a mistake in the call or in the configuration
  // The message holds no key and no body. AlipayHK asks for the tracerId.
  console.error(error.code, error.message, error.tracerId ?? '');
  if (error.code === 'RequestInvalid') {
    console.error('Nothing was sent. Correct the update.');
  } else if (error.code === 'ResultNotSuccess' && setupCodes.includes(error.resultInfo.resultCode)) {
    console.error('Nothing is wrong with the update. Correct keys, Client-Id or console, then send it again.');
  } else if (error.code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'F') {
    console.error('AlipayHK refused the update. It will refuse the same update again.');
  } else if (keyErrors.includes(error.code)) {
    console.error('Most likely a key, Client-Id or suite is wrong. Correct it, then send the newest state again.');
  } else if (error.code === 'TimeNotAccepted') {
    console.error("Most likely this machine's clock is wrong. Set it, then send the newest state again.");
  } else {
    console.error('The update may have taken effect. Send the newest state of this card again, later.');
  }
  process.exitCode = 1;
}
