/** Other methods, paths, Client-Ids and ways to join the parts. */
import type { SignedParts } from '@alipayhk-pass/message-security';
import { updatePassPath } from '../settings.ts';
import { textVariant, type Variant } from './variant.ts';

/** What is known besides the message. */
export interface TargetContext {
  host?: string | undefined;
  /** That a proxy may have taken off, or put before. */
  prefixes: string[];
  /** Client-Ids that the caller has or had. */
  clientIds: string[];
}

export function targetVariants({ method, httpUri, clientId }: SignedParts, context: TargetContext): Variant[] {
  return [
    ...methodVariants(method),
    ...pathVariants(httpUri, context),
    ...clientIdVariants(clientId, context.clientIds),
    ...formVariants(),
  ];
}

function methodVariants(method: string): Variant[] {
  return [method.toLowerCase(), 'POST', 'PUT', 'GET', ''].flatMap((value) =>
    textVariant(
      'method',
      method,
      value,
      'method',
      `the signature covers the method ${JSON.stringify(value)}, not ${JSON.stringify(method)}`,
    ),
  );
}

function pathVariants(httpUri: string, { host, prefixes }: TargetContext): Variant[] {
  const [path = '', query] = httpUri.split(/\?(.*)/s, 2);
  const of = (value: string | undefined, cause: string, words: string) =>
    textVariant('httpUri', httpUri, value, cause, words);
  const segments = path.split('/').slice(1);
  const rest = query === undefined ? '' : `?${query}`;
  const prefixed = [...prefixes, '/api', '/gateway', '/gw', '/v1', '/alipay', '/prod', '/test'];
  return [
    ...(query === undefined ? [] : of(path, 'path-without-query', 'the signature covers the path without its query')),
    ...of(`${path}?`, 'path-lone-question-mark', 'the signature covers the path with a lone ? at its end'),
    ...segments.slice(1).flatMap((_, index) => {
      const shorter = `/${segments.slice(index + 1).join('/')}${rest}`;
      const prefix = `/${segments.slice(0, index + 1).join('/')}`;
      return of(shorter, 'path-prefix-added', `the signature covers the path without the prefix ${prefix}`);
    }),
    ...prefixed.flatMap((prefix) =>
      of(prefix + httpUri, 'path-prefix-removed', `the signature covers the path with the prefix ${prefix}`),
    ),
    ...of(updatePassPath, 'path-other', 'the signature covers the path of updatePass, which is not the one received'),
    ...['https', 'http'].flatMap((scheme) =>
      of(
        host && `${scheme}://${host}${httpUri}`,
        'path-with-host',
        'the signature covers the whole URL, not path and query alone',
      ),
    ),
    ...of(httpUri.slice(1), 'path-without-slash', 'the signature covers the path without the slash at its beginning'),
    ...of(
      path.endsWith('/') ? path.slice(0, -1) + rest : `${path}/${rest}`,
      'path-slash-at-end',
      'the signature covers the path with another end: a slash there, or none',
    ),
    ...of(
      path.replace(/\/{2,}/g, '/') + rest,
      'path-double-slash',
      'the signature covers the path with single slashes',
    ),
    ...of(httpUri.toLowerCase(), 'path-case', 'the signature covers the path in lower case'),
    ...of(decoded(httpUri), 'path-decoded', 'the signature covers the path percent-decoded'),
    ...of(encodeURI(httpUri), 'path-encoded', 'the signature covers the path percent-encoded'),
    ...of('', 'path-missing', 'the signature covers no path'),
    ...of('/', 'path-missing', 'the signature covers the path / alone'),
  ];
}

function clientIdVariants(clientId: string, others: string[]): Variant[] {
  const of = (value: string, words: string) => textVariant('clientId', clientId, value, 'client-id', words);
  return [
    ...others.flatMap((id) => of(id, `the signature covers another Client-Id: ${id}`)),
    ...of(clientId.trim(), 'the signature covers the Client-Id without blanks around it'),
    ...of(clientId.toLowerCase(), 'the signature covers the Client-Id in lower case'),
    ...of(clientId.toUpperCase(), 'the signature covers the Client-Id in upper case'),
    ...of('', 'the signature covers no Client-Id'),
    ...of('null', 'the signature covers the text "null" in place of the Client-Id: a setting was missing'),
    ...of('undefined', 'the signature covers the text "undefined" in place of the Client-Id: a setting was missing'),
  ];
}

/** Other ways to put the content together. */
function formVariants(): Variant[] {
  const joined = (words: string, join: (parts: SignedParts) => [string, string]): Variant => ({
    part: 'form',
    cause: 'content-form',
    words: `the content to be signed is put together in another way: ${words}`,
    form: (parts) => {
      const [before, after] = join(parts);
      return Buffer.concat([Buffer.from(before), parts.body, Buffer.from(after)]);
    },
  });
  return [
    joined('CRLF in place of LF after the path', (p) => [`${p.method} ${p.httpUri}\r\n${p.clientId}.${p.time}.`, '']),
    joined('no line feed after the path', (p) => [`${p.method} ${p.httpUri}${p.clientId}.${p.time}.`, '']),
    joined('the characters \\n in place of a line feed', (p) => [
      `${p.method} ${p.httpUri}\\n${p.clientId}.${p.time}.`,
      '',
    ]),
    joined('a line feed at its end', (p) => [`${p.method} ${p.httpUri}\n${p.clientId}.${p.time}.`, '\n']),
    joined('time before Client-Id', (p) => [`${p.method} ${p.httpUri}\n${p.time}.${p.clientId}.`, '']),
    joined('line feeds in place of dots', (p) => [`${p.method} ${p.httpUri}\n${p.clientId}\n${p.time}\n`, '']),
    joined('nothing in place of the dots', (p) => [`${p.method} ${p.httpUri}\n${p.clientId}${p.time}`, '']),
    joined('no line with method and path', (p) => [`${p.clientId}.${p.time}.`, '']),
    joined('no method', (p) => [`${p.httpUri}\n${p.clientId}.${p.time}.`, '']),
    joined('the body alone', () => ['', '']),
  ];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
