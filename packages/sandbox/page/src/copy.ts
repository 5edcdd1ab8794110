/** An exchange as something to take away: a curl that works as it stands, a program for this client, or JSON. */
import type { Exchange } from './exchange.ts';
import { textOf, type WireMessage } from './wire.ts';

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as it was sent, signed already: the gateway accepts it as long as its Request-Time is fresh. */
export function asCurl({ request }: Exchange): string | undefined {
  if (request === undefined) return undefined;
  const { method, url, sent } = request;
  const headers = sent.headers.map(([name, value]) => `--header ${quote(`${name}: ${value}`)}`);
  // --data-raw: a body that begins with @ is not the name of a file.
  const parts = [
    `curl --include --request ${method} ${quote(url)}`,
    ...headers,
    `--data-raw ${quote(textOf(sent.body))}`,
  ];
  return parts.join(' \\\n  ');
}

/**
 * A program that sends the same update with the merchant's client; keys come from its environment.
 *
 * @returns `undefined` if the body is not JSON: any other text would be code in the program
 */
export function asTypeScript({
  plaintext,
  clientId,
  options,
}: Pick<Exchange, 'plaintext' | 'clientId' | 'options'>): string | undefined {
  const update = rewritten(plaintext, 2);
  if (update === undefined) return undefined;
  const { encryption, keyVersion } = options;
  const version = keyVersion ? `, { keyVersion: ${JSON.stringify(keyVersion)} }` : '';
  const imports = ['createClient', 'importPrivateKey', 'importPublicKey', ...(encryption ? ['RSA_AES'] : [])].join(
    ', ',
  );
  return `import { ${imports} } from '@alipayhk-pass/api';

const { MERCHANT_PRIVATE_KEY = '', ALIPAYHK_PUBLIC_KEY = '' } = process.env;
const alipayhk = createClient({
  clientId: ${JSON.stringify(clientId)},
  privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY${version}),
  publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY),${encryption ? '\n  encryption: RSA_AES,' : ''}
  baseUrl: ${JSON.stringify(location.origin)},
});
const { tracerId } = await alipayhk.updatePass(${update});
console.log('updated', tracerId);
`;
}

/** Everything that the page knows of the exchange; no key is part of it. */
export function asJson({ request, reply, entry, pass, plaintext, outcome, at, clientId }: Exchange): string {
  const message = ({ headers, body }: WireMessage) => ({ headers, body: textOf(body) });
  return JSON.stringify(
    {
      sentAt: new Date(at).toISOString(),
      clientId,
      outcome,
      request: request && { method: request.method, url: request.url, ...message(request.sent), plaintext },
      reply: reply && { status: reply.status, ...message(reply), plaintext: reply.plaintext },
      ledger: typeof entry === 'object' ? entry : null,
      pass: pass ?? null,
    },
    undefined,
    2,
  );
}

/** JSON as the client writes it, without blanks; any other text as it is. */
export const compact = (text: string): string => rewritten(text, 0) ?? text;

function rewritten(text: string, indent: number): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), undefined, indent);
  } catch {
    return undefined;
  }
}
