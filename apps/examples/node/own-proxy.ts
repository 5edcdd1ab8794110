/** Updates one card through a proxy of your own, which has the address that AlipayHK has listed. */
import { createClient, importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';

const { CLIENT_ID = '', MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '' } = process.env;
const { PROXY_URL = '', PROXY_TOKEN = '' } = process.env; // the proxy's URL may have a path
const [passId = '2024052200000000000001'] = process.argv.slice(2);

const alipayhk = createClient({
  clientId: CLIENT_ID,
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY),
  encryption: RSA_AES,
  // Gets the sealed request. Its path was signed as AlipayHK receives it; its host was not.
  fetch: (request) => {
    const { pathname, search } = new URL(request.url);
    const proxied = new Request(`${PROXY_URL}${pathname}${search}`, request);
    proxied.headers.set('Proxy-Token', PROXY_TOKEN);
    return fetch(proxied);
  },
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
