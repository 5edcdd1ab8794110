/** A vector as a message: what the cases of both signature algorithms do with one. */
import { type OpenOptions, openRequest, openResponse } from '@alipayhk-pass/message-security';
import type { vectors } from '@alipayhk-pass/spec/vectors';

export type Vector = Pick<
  (typeof vectors)['request-signed'],
  'direction' | 'method' | 'httpUri' | 'headers' | 'body' | 'expect'
>;

export const clientId = '4Q5Y8W0WSG45P907917';

/** The clock of every vector. */
export const now = (): number => Date.parse('2024-05-22T01:12:21Z');

export const urlOf = ({ httpUri }: { httpUri: string }): string => `https://open.alipay.hk${httpUri}`;

/** The body in plain. */
export async function open(vector: Vector, options: Omit<OpenOptions, 'clientId' | 'now'>): Promise<string> {
  const { direction, method, body } = vector;
  const headers = new Headers();
  for (const [name, value] of vector.headers) headers.append(name, value);
  if (direction === 'request') {
    const request = new Request(urlOf(vector), { method, headers, body });
    return (await openRequest(request, { clientId, now, ...options })).request.text();
  }
  const response = new Response(body, { headers });
  return (await openResponse(response, { url: urlOf(vector) }, { clientId, now, ...options })).response.text();
}
