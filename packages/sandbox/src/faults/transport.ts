/** Faults of transport: what proxies and networks do to a reply. */
import type { Reply } from '../gateway/reply.ts';
import type { Fault } from './fault.ts';

/** How long `hang` keeps the connection open, in milliseconds. */
const longest = 60_000;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The reply of a proxy, which knows nothing of the protocol. */
function http(status: number, body: string, headers: Record<string, string>): () => Reply {
  return () => ({
    status,
    headers: new Headers({ 'content-type': 'text/html; charset=utf-8', server: 'proxy', ...headers }),
    body: new TextEncoder().encode(body),
  });
}

const page = (title: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

/** The faults of transport. */
export const transport: Fault[] = [
  {
    name: 'delay',
    description: 'Applies the update at once, and replies after `delayMs` milliseconds (5000 unless given).',
    applies: true,
    parameters: ['delayMs'],
    async reply(sealed, { delayMs }) {
      await sleep(delayMs);
      return sealed;
    },
  },
  {
    name: 'hang',
    description: `Sends nothing, not even a status, for ${longest / 1000} seconds, and then breaks the connection. The update is not applied.`,
    applies: false,
    async reply(sealed) {
      await sleep(longest);
      return { ...sealed, brokenAfter: 0 };
    },
  },
  {
    name: 'reset',
    description:
      'Applies the update, and breaks the connection after the headers of the reply. It cannot break earlier, nor by a TCP reset.',
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
    description: 'Applies the update, and sends Content-Encoding: gzip with a reply that is not compressed.',
    applies: true,
    reply(sealed) {
      const headers = new Headers(sealed.headers);
      headers.set('content-encoding', 'gzip');
      return { ...sealed, headers, encodingIsClaimed: true };
    },
  },
  {
    name: 'http-302',
    description: 'Replies HTTP 302 to another path, which must not be followed. The update is not applied.',
    applies: false,
    reply: http(302, page('302 Found'), { location: '/elsewhere' }),
  },
  {
    name: 'http-429',
    description: 'Replies HTTP 429 with Retry-After: 1. The update is not applied.',
    applies: false,
    reply: http(429, page('429 Too Many Requests'), { 'retry-after': '1' }),
  },
  {
    name: 'http-500',
    description: 'Replies HTTP 500 with an HTML page. The update is not applied.',
    applies: false,
    reply: http(500, page('500 Internal Server Error'), {}),
  },
  {
    name: 'http-502',
    description: 'Replies HTTP 502 with an HTML page. The update is not applied.',
    applies: false,
    reply: http(502, page('502 Bad Gateway'), {}),
  },
];
