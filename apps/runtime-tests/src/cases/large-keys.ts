/** RSA keys of 4096 bits and more: a runtime that cannot use one says so when the key is imported, not at each use. */
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { equal, errorOf } from '../assert.ts';
import { jwkOf } from '../jwk.ts';
import type { Test } from '../test.ts';

/** Minted by `openssl prime -generate`. */
const primes: Record<number, [p: bigint, q: bigint]> = {
  4096: [
    0xe35c4df6bffee0ade8ae2436852f7f2b1313e7ac99d8d1e344209d83960782669b97cfc262f5971c5e25ccc62e535445ccb7737715cf3d24e17c6f63f38f2c87914e9662048951411b832266724a852ad696e462d0c425d399dfa6daea5a3ef5093013f549628ea4a73d42d7663bd2006aabe8482146ba654ae88dcaf69046204dd370b32ab437b705e7e08fd5260fd9f953a9e3518f62c2793cf835792eb02ddd7be71177e71aec44ff7f8bbd66e95853b3385f852839af5016f027486fb285153394f72970b5ab27f7495537189405539d75780bda13aeb73e3d74596737a9a87da364d107d0fb4c828eb7c763ca6d4575847eed4cc121934ec7dde6eb29a5n,
    0xc0e28da245afd6dc66e0744deb59b141b4bdf6d65f1e0847eff82007848afb1f6da0d83749c4d7d5babdd326b13e77aa0d15a9e8a7dabc07d901163ae46879d1e9de8aac38e642f88ebfbcfee373e38a264f39fe63f0fd63751311250ab44f4274c1e6d9b517be8f82b1f148aa9a372b99af759cdd67a377c65ba054ca17ff39fdf04a7acb1487ee862cae4e4cf08ba987b3598a4a6fad890d4d94bb8de842c56038f7ab66e1a8b48019d7e67ccd392622ebfdebb55958b4f352012de75188d583ad142eabcaf6329e461e08729703103f5af6da39642e2a12e5ae79cd6438d4f2c238118bd1ac8f26f69254863c02d54e70c5591bdc3baeeb0de1be9b2b7479n,
  ],
  4104: [
    0xe05cf0201144f384d57fad907d37b076b4f70de759ab38ca127e12c95b227c8ffa53e79b4bd2b513bfc4bea8ecd0b329d170b07b5713ad59e0ba57ed3c57d1245d9aa78fd64621100486fcd6d413c40ad63bd6c2d863ab05b71f08b33a7728aa13410ebcb4972649c1aea035aba6452c06883db2c5a859e2af0893965b7e63476e83877e9a85797995c9b9245f991284149576e278495e5b9bd9cdf4acc483546ae73841d62a3013c4d4aa87e7ff684ae9e3f60f6fdf52c3b4a0180d3da462c9957a609745b67b730be6e821a77a57afae496e74003ea5424e01deaa7529a47f9eb0b13ba2bde6866fe86d092733db4bcc107c9c94227a4dfcf37be51abb8d6f7n,
    0xcdfa8ad2aeb9dbdfb518bd1798ecf94c415a0bdde20a200c359a3c3269e9f572a95dffca8fc7aad69d556d8e33b4f4305d7570de34e40dccc28e6aca616697dcba40d5fb644f9478cdc2e7efea492488ff99df4fc9b1f916e83feae7bf52bf6dde65db0a5d0267bbde04518f332180b1e27195a2bbe693f74879089eedacb0fd9b688f692e587a403f6dd6822efb9c0676f06484fa5b70d83a4ae5cd990966f5aca4160f64cd85c9632093c791fe9c3c86f674d375f88358dd7dfb0a628f202ed7502f9a4fe848f3e9377d92c74de1bf8b983b71836e26cf11a9a97d32f2437c0b3d1c4710a48c44a572cc39ea2a392cf19a7e7870dd0074bcd7fd631f14080afn,
  ],
};

const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const data = new TextEncoder().encode('text to be signed');

export function largeKeyCases(test: Test): void {
  for (const [bits, [p, q]] of Object.entries(primes)) {
    const key = jwkOf(p, q);
    const publicJwk = { kty: 'RSA', n: key.n, e: key.e };
    const words = `an RSA key of ${bits} bits, which this runtime cannot use`;
    for (const extractable of [true, false]) {
      test(`key: public, ${bits} bits, ${extractable ? 'as JWK' : 'as a CryptoKey'}`, async () => {
        const native = await crypto.subtle.importKey('jwk', publicJwk, rsassa, extractable, ['verify']);
        const signature = await (await importPrivateKey(key)).sign(data);
        const verifies = () => crypto.subtle.verify(rsassa.name, native, signature, data);
        const importKey = () => importPublicKey(extractable ? publicJwk : native);
        if (await verifies().catch(() => false)) {
          const publicKey = await importKey();
          equal(await publicKey.verify(signature, data), true);
          equal(await publicKey.verify(signature, data.subarray(1)), false);
          return undefined;
        }
        equal(bits, '4104'); // every runtime verifies with 4096
        const { name, message } = await errorOf(importKey);
        equal(
          `${name}: ${message}`,
          `TypeError: publicKey is ${words}; expected an RSA public key of 2048 bits or more`,
        );
        return `the refusal of ${words}, is what is tested`;
      });
    }
  }
}
