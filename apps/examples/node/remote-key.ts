/** Updates one card with a private key that stays in a key service, such as a KMS or an HSM behind HTTP. */
import { createClient, importPublicKey, type PrivateKey, RSA_AES } from '@alipayhk-pass/api';

const { CLIENT_ID = '', ALIPAYHK_PUBLIC_KEY = '', GATEWAY_URL, KEY_SERVICE_URL, KEY_SERVICE_TOKEN } = process.env;
const [passId = '2024052200000000000001'] = process.argv.slice(2);

const privateKey: PrivateKey = {
  algorithm: 'RSA256',
  sign: (data) => callKeyService('sign', data), // RSASSA-PKCS1-v1_5 with SHA-256
  unwrapKey: (encryptedKey) => callKeyService('decrypt', encryptedKey), // RSAES-PKCS1-v1_5, for RSA_AES only
};

async function callKeyService(
  operation: 'sign' | 'decrypt',
  body: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const headers = { Authorization: `Bearer ${KEY_SERVICE_TOKEN}` };
  const response = await fetch(`${KEY_SERVICE_URL}/${operation}`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`key service: HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const alipayhk = createClient({
  clientId: CLIENT_ID,
  privateKey,
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY),
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
