/** The page: the files that `page/build.ts` has put into a module, with the headers that keep every other host out. */
import { Hono } from 'hono';

/** Scripts, styles and requests: this origin alone, nothing inline. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-cache',
};

/** Serves the page at `/`, and its files beside it; whatever else is asked for is left to others. */
export function pageRoutes(): Hono {
  return new Hono().get('*', async (c, next) => {
    const { files } = await import('./generated/page-files.ts'); // large, and not everybody opens the page
    const file = files.get(c.req.path);
    if (file === undefined) return next();
    const { type, etag, body } = file;
    if (c.req.header('If-None-Match') === etag)
      return new Response(null, { status: 304, headers: { ...headers, etag } });
    return new Response(unzip(body), { headers: { ...headers, etag, 'Content-Type': type } });
  });
}

/** Sent plain: some runtimes would compress a compressed body again. */
function unzip(base64: string): ReadableStream<Uint8Array> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
}
