/** Updates a card, repeats an update whose outcome is unknown, and raises an alarm where that does not help. */
import { setTimeout } from 'node:timers/promises';
import { createClient, importPrivateKey, importPublicKey, isUpdatePassError, RSA_AES } from '@alipayhk-pass/api';

const { CLIENT_ID = '', MERCHANT_ID = '', MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '' } = process.env;
const [passId = '2024052200000000000001', level = '金卡', attempts = '10'] = process.argv.slice(2);
const card = { merchantId: MERCHANT_ID, userId: '2160220000000001', passId };
const readLevel = async () => level; // what the card should show now; a real program asks its database
const alipayhk = createClient({
  clientId: CLIENT_ID,
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY' }),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY' }),
  encryption: RSA_AES, // without it bodies are signed only
  baseUrl: process.env.GATEWAY_URL, // https://open.alipay.hk unless given
});

// One at a time for each pass: the next update of this pass waits until this loop has ended.
for (let attempt = 1; ; attempt += 1) {
  try {
    const { tracerId } = await alipayhk.updatePass({
      ...card,
      status: 'UPDATE',
      updateDetailType: 'UPDATE_MEMBER_CARD',
      dataInfo: { level: await readLevel() }, // read anew: never an older state after a newer one
    });
    console.log('updated', tracerId);
    break;
  } catch (error) {
    if (!isUpdatePassError(error)) throw error; // a TypeError: a mistake in the call or in the configuration
    console.error(error.code, error.message, error.tracerId ?? ''); // no key and no body is in it
    const isUnknown = error.code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'U';
    const isUnread = error.code === 'ResponseMissing' || error.code === 'ResponseInvalid';
    const httpStatus = error.code === 'ResponseUnexpected' ? error.response.status : 0;
    const isWorthRepeating = isUnknown || isUnread || httpStatus === 429 || httpStatus >= 500;
    if (!isWorthRepeating || attempt >= Number(attempts)) {
      console.error(`ALARM: gave up pass ${passId} after attempt ${attempt}`); // a real program calls a person
      process.exitCode = 1;
      break;
    }
    const pause = Math.min(500 * 2 ** (attempt - 1), 60_000);
    console.error(`The update may have taken effect; again in ${pause} ms`);
    await setTimeout(pause);
  }
}
