/** Says which key is wrong, and prints the fingerprint of each. */
import { diagnoseKeys } from '@alipayhk-pass/api';

const { MERCHANT_PRIVATE_KEY, MERCHANT_PUBLIC_KEY, ALIPAYHK_PUBLIC_KEY } = process.env;

const { problems, fingerprints } = await diagnoseKeys({
  merchantPrivateKey: MERCHANT_PRIVATE_KEY,
  merchantPublicKey: MERCHANT_PUBLIC_KEY, // what you uploaded to AlipayHK's console; may be left out
  gatewayPublicKey: ALIPAYHK_PUBLIC_KEY,
});
for (const [name, fingerprint] of Object.entries(fingerprints)) console.log(name, fingerprint);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
