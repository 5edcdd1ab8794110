/** Updates one card while keys are replaced: each side's old and new key side by side. */
import { createClient, importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';

const { CLIENT_ID = '', GATEWAY_URL } = process.env;
const { MERCHANT_PRIVATE_KEY = '', MERCHANT_PRIVATE_KEY_OLD = '' } = process.env;
const { ALIPAYHK_PUBLIC_KEY = '', ALIPAYHK_PUBLIC_KEY_NEXT = '' } = process.env;
const [passId = '2024052200000000000001'] = process.argv.slice(2);

const alipayhk = createClient({
  clientId: CLIENT_ID,
  // The last one signs. Each of them decrypts.
  privateKey: [
    await importPrivateKey(MERCHANT_PRIVATE_KEY_OLD, { name: 'MERCHANT_PRIVATE_KEY_OLD', keyVersion: '1' }),
    await importPrivateKey(MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY', keyVersion: '2' }),
  ],
  // The last one encrypts. Each of them verifies.
  publicKey: [
    await importPublicKey(ALIPAYHK_PUBLIC_KEY_NEXT, { name: 'ALIPAYHK_PUBLIC_KEY_NEXT', keyVersion: '2' }),
    await importPublicKey(ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY', keyVersion: '1' }),
  ],
  encryption: RSA_AES,
  baseUrl: GATEWAY_URL,
});

const { tracerId } = await alipayhk.updatePass({
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  passId,
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  dataInfo: { level: '金卡' },
});
console.log('updated', tracerId);
