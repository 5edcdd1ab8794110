/** Receives the calls that AlipayHK makes, on Node's own HTTP server. */
import { createServer } from 'node:http';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';
import { createWebhooks } from '@alipayhk-pass/api/webhooks';

const { CLIENT_ID = '', MERCHANT_TAG = '', PORT = '3000' } = process.env;
const { MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '' } = process.env;
const billNumbers = new Set(); // a real program has them in its database

const webhooks = createWebhooks({
  clientId: CLIENT_ID,
  tag: MERCHANT_TAG,
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY' }),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY' }),
  encryption: RSA_AES, // without it bodies are signed only
  notifyBill: async ({ billNo }) => {
    if (!billNumbers.has(billNo)) console.log('grant points for', billNo); // the same bill may arrive again
    billNumbers.add(billNo);
    return { resultCode: 'SUCCESS', resultStatus: 'S' };
  },
  createMembercard: async () => ({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } }),
  onRefusal: ({ error, tracerId }) => console.error('refused', tracerId, error),
});

const server = createServer(async (incoming, outgoing) => {
  try {
    const { method = '', url = '', headers } = incoming;
    const body = method === 'POST' ? incoming : null; // its bytes as they arrive: they are signed
    const request = new Request(`http://localhost${url}`, { method, body, duplex: 'half' });
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, String(value));
    const response = await webhooks(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(await response.text());
  } catch {
    outgoing.writeHead(400).end(); // such as a method that Request refuses
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening', server.address()));
