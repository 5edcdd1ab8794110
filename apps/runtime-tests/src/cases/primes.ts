/**
 * Private keys with numbers that agree and factors that are not two primes of similar size: refused before any
 * runtime sees them, since Deno panics or signs for ever, and no two others do the same with them.
 */
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { equal, errorOf } from '../assert.ts';
import { jwkOf } from '../jwk.ts';
import type { Test } from '../test.ts';

/** Minted by `openssl prime -generate`; a name says how many bits. */
const primes = {
  a512: 0xf8acd7799538e2030fc5eeea4c51626ca42d463d7481f37fab1dd5361bc03f6e7f92d0f9024ee347c1aea3c48f05948c35f982def94c4679473e51817f10df2bn,
  b512: 0xd958d20329c637cf78564cf61309c76a891fe83dab7ffbe604ddd11ddbf35849ea07dea35d654b6c45e421b36fef09e5286c9b35704b57b46eaf6071bf9df1d1n,
  c512: 0xd42d6b0c44be6a11e2007d1bb01e1002e052ccf226e99795f7d6ea3338cbd143fbe11df125e1065bf90e9ae2b2d0da7411400b699adc97a7513e9b64b2f2d9b5n,
  d512: 0xd308a33b42c6469968f595202c4c0113958e60ea76e7424fefa1e152d1dbd0350e34c4fb68858fde5926ca786968d8df19dcd18558ef04e576a27ae634fbdd45n,
  a1024:
    0xfb20c4503d1109deafd7d672e03337c9bbe6f30fc16b0369ff9697ce81b2d0ed5510841eee1f15d9c6e8142b314d7e48a29cf7a89a7983bcddc85ec5956bba300c3578e709c8793d0f986578779e9c06ffe888a63c996da0559e2973d64ea4acda5a363338250d00056fae72a5786f8f5faf9c43bb2350ae8ceb7a912a782647n,
  b1024:
    0xcc7bb58f19f8ace81f800dce4dffecbdb5ab896637d76713371d7c664c9086c3bf251ca84f9501026607df29a45a940e084fe971f347ff8d42b36e7ec59dcebec24faf4902dc5910ecee96164553146c331261da2e5a7d4ef782694494fda83afb8683b9d5f716ee97e41424f9d21afa0d06d2ec62a0a02af178e29f5e042fedn,
  a1021:
    0x1a5ba2901cbcb13b5c541f6493d316bff49a16a01e2876aa656efeca08ff5da36d1672b2da67f8ca34e9491b18a6828d9890261897c292758ba93867efd421841d79845fe993e8ccd9ce6725e8690c3d87a57ad81976b661e2942601c250451565de138ce69f6342e23f4bacd0091b90306a354b92c0f498af78df3d987bf081n,
  a1027:
    0x76b13adc2f0e3967f233abf5ec285ac5c097f09cb31b819d963e212b2c25e792f0433802a219fab4121fe0fd1b752635f47cf83b0dd30c5aed8d704aacacc3ba28c816cea2c25bb98c99007abe71cc063ae287fab9cdb745acf05da68e4a1e65a8c920363038c135bdfffe04cbc348aebcb1c3dc1255ad633dd4f212b5c53393dn,
  a896: 0xcda296a36114cf98de7267e604c496a5f5f01b38d5999a36f8c908ddceded2452ed78f9f9b60a5459d6a6d0efc7832fa61f7500d6b28b6ed5027d0844d159af2c69680c6f6de3c4a307baa180c812339e7590f2849d31697280627ce43053452122ace1a6197689d7c80679f0c319ef1n,
  a1152:
    0xf9a012c976fd5ef8dd348b656b1668d9d37410e8b16502dd0e32ab5612b609e390e512c4a7d8f724ac9eab654b0e08d7f515ecda0cfef39ca4f9f847ceffad2c38ab77e2cc31ab3b43cffdcbff4761b6d35b2fe3f9458c4572b112626ca43fd662494de3af9395b2657a1fbdc48935f9e1e40eddb4504d20952e78bb27ed951a13047100e9ff0e67390d9d3a89e38215n,
  a1274:
    0x3e44aacd2a06808c2a0adf4c6ae30dc714d2159c3fb8925dd1c23d98a965a96e4ca2371bff280a12a6db8afd5ea0bdd65f96cb3424a5ff8b3a34b2d9e165231fada69e73d30d73b3201f08fab2240e4694c79656c956cb06b63bafc1f68bedfe7b6ce4a97049e04a967dbc803d4b3873f28ac5ea775b709ee3b5243c3424bce2beda19490d81ac83e9feda91a7734ba1467d8567be56f0dd464d88bd2738297n,
  a774: 0x32e5e1a4295ba0d3444bd64677fc97bf9694195d83b5bba0be731647ebd7995a87d4ac18d53c0499cee26dcb4fefacb5e348d72722d34d8879ed2d86094f96ce30695b669577da02e9b908fc6fede2bfc8de969c8b402021eecbc0163a58c637b7n,
};
const { a512, b512, c512, d512, a774, a896, a1021, a1024, b1024, a1027, a1152, a1274 } = primes;

const refused: [name: string, p: bigint, q: bigint][] = [
  ['a composite p', a512 * b512, a1024],
  ['a composite q', a1024, a512 * b512],
  ['a composite p and q', a512 * b512, c512 * d512],
  ['a q far longer than p', a896, a1152],
];

const accepted: [name: string, p: bigint, q: bigint][] = [
  ['p above q', a1024 > b1024 ? a1024 : b1024, a1024 > b1024 ? b1024 : a1024],
  ['q above p', a1024 > b1024 ? b1024 : a1024, a1024 > b1024 ? a1024 : b1024],
  ['a q 6 bits longer than p', a1021, a1027],
  ['a p 500 bits longer than q', a1274, a774],
];

export function primeCases(test: Test): void {
  for (const [name, p, q] of refused) {
    test(`primes: ${name} is refused`, async () => {
      const { name, message } = await errorOf(() => importPrivateKey(jwkOf(p, q)));
      equal(
        `${name}: ${message}`,
        'TypeError: privateKey is an RSA private key without two primes of similar size; expected an RSA private key of 2048 bits or more',
      );
    });
  }
  for (const [name, p, q] of accepted) {
    test(`primes: ${name} signs`, async () => {
      const key = jwkOf(p, q);
      const privateKey = await importPrivateKey(key);
      const publicKey = await importPublicKey({ kty: 'RSA', n: key.n, e: key.e });
      const data = new TextEncoder().encode('text to be signed');
      equal(await publicKey.verify(await privateKey.sign(data), data), true);
    });
  }
}
