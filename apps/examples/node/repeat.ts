/** Updates one membership card, and repeats an update whose outcome is unknown. */
import { setTimeout } from 'node:timers/promises';
import {
  createClient,
  importPrivateKey,
  importPublicKey,
  isUpdatePassError,
  RSA_AES,
  type UpdatePassRequest,
} from '@alipayhk-pass/api';

const { CLIENT_ID = '', MERCHANT_ID = '', GATEWAY_URL } = process.env;
const { MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '' } = process.env;
const [passId = '2024052200000000000001', level = '金卡'] = process.argv.slice(2);

const alipayhk = createClient({
  clientId: CLIENT_ID,
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY' }),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY' }),
  encryption: RSA_AES,
  baseUrl: GATEWAY_URL,
});

/** What the card should show now; a real program asks its database. */
const newestState = (): UpdatePassRequest => ({
  ...{ merchantId: MERCHANT_ID, userId: '2160220000000001', passId },
  ...{ status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' },
  dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null, level },
});

// One at a time for each pass: the next update of this pass waits until this loop has ended.
for (let pause = 500; ; pause = Math.min(2 * pause, 60_000)) {
  try {
    const { tracerId } = await alipayhk.updatePass(newestState()); // read anew: never an older state after a newer one
    console.log('updated', tracerId);
    break;
  } catch (error) {
    if (!isUpdatePassError(error)) throw error;
    const isUnknown = error.code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'U';
    if (!isUnknown && error.code !== 'ResponseMissing' && error.code !== 'ResponseUnexpected') throw error;
    console.error(`${error.code}; again in ${pause} ms`);
    await setTimeout(pause);
  }
}
