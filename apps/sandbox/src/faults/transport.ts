/** Faults of the way: what proxies, gateways and networks do to an answer. Nothing in them is sealed. */
import type { Fault } from './fault.ts';
import type { Reply } from './reply.ts';

/** How long `hang` keeps a caller, in milliseconds, that does not give up by itself. */
const longest = 60_000;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An answer of some proxy's, which knows nothing of the protocol. */
function http(status: number, body: string, headers: Record<string, string>): () => Reply {
  return () => ({
    status,
    headers: new Headers({ 'content-type': 'text/html; charset=utf-8', ...headers }),
    body: new TextEncoder().encode(body),
  });
}

const page = (title: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

/** The faults of transport. */
export const transport: Fault[] = [
  {
    name: 'delay',
    description: 'Applies the update at once, and sends its answer after delayMs milliseconds (5000 unless given).',
    applies: true,
    parameters: ['delayMs'],
    async reply(sealed, { delayMs }) {
      await sleep(delayMs);
      return sealed;
    },
  },
  {
    name: 'hang',
    description: `Sends nothing, not even a status, for ${longest / 1000} seconds; then breaks the connection.`,
    applies: false,
    async reply(sealed) {
      await sleep(longest);
      return { ...sealed, brokenAfter: 0 };
    },
  },
  {
    name: 'reset',
    description:
      'Applies the update, and breaks the connection after the headers of the answer. The runtime cannot break it any sooner, nor with a TCP reset.',
    applies: true,
    reply: (sealed) => ({ ...sealed, brokenAfter: 0 }),
  },
  {
    name: 'truncated-body',
    description: 'Applies the update, and breaks the connection after half of the body that Content-Length promises.',
    applies: true,
    reply: (sealed) => ({ ...sealed, brokenAfter: Math.floor(sealed.body.length / 2) }),
  },
  {
    name: 'gzip-lie',
    description: 'Applies the update, and says Content-Encoding: gzip of an answer that is not compressed.',
    applies: true,
    reply(sealed) {
      const headers = new Headers(sealed.headers);
      headers.set('content-encoding', 'gzip');
      return { ...sealed, headers, encodingIsClaimed: true };
    },
  },
  {
    name: 'http-302',
    description: 'Answers HTTP 302 to another path, which must not be followed.',
    applies: false,
    reply: http(302, page('302 Found'), { location: '/elsewhere' }),
  },
  {
    name: 'http-429',
    description: 'Answers HTTP 429 with Retry-After: 1.',
    applies: false,
    reply: http(429, page('429 Too Many Requests'), { 'retry-after': '1' }),
  },
  {
    name: 'http-500',
    description: 'Answers HTTP 500 with a page of HTML.',
    applies: false,
    reply: http(500, page('500 Internal Server Error'), {}),
  },
  {
    name: 'http-502',
    description: 'Answers HTTP 502 with a page of HTML.',
    applies: false,
    reply: http(502, page('502 Bad Gateway'), {}),
  },
];
