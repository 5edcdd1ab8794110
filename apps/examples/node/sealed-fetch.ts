/** Signs and encrypts a request without the API's client: for an operation that the client does not have. */
import { importPrivateKey, importPublicKey, RSA_AES, sealedFetch } from '@alipayhk-pass/message-security';

const { CLIENT_ID = '', MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '', GATEWAY_URL } = process.env;
const [passId = '2024052200000000000001'] = process.argv.slice(2);

const fetchSealed = sealedFetch({
  clientId: CLIENT_ID,
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY),
  encryption: RSA_AES, // without it bodies are signed only
});

const url = new URL('/api/open/alipay/v1/ipass/pass/manage/updatePass', GATEWAY_URL);
const update = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  passId,
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  dataInfo: { level: '金卡' },
};
const response = await fetchSealed(url, { method: 'POST', body: JSON.stringify(update) });
console.log(await response.json()); // verified and decrypted
