/** A caller of the Worker that has its token. */
import { env, exports } from 'cloudflare:workers';

/** An update as a caller writes it: without passId, which is in the path. */
export const update = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  dataInfo: { billNo: null, lastChangePoints: '120', pointsProvider: 'ALIPAYHK' },
};

/** Sends a request, in JSON unless told otherwise. */
export async function send(method: string, path: string, init: RequestInit = {}) {
  const headers = {
    Authorization: `Bearer ${env.API_TOKEN}`,
    'Content-Type': 'application/json',
    ...init.headers,
  };
  const response = await exports.default.fetch(
    new Request(`https://merchant.test${path}`, { ...init, method, headers }),
  );
  const text = await response.text();
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Asks for a state of a pass. */
export const put = (passId: string, body: object = update, headers: Record<string, string> = {}) =>
  send('PUT', `/passes/${encodeURIComponent(passId)}`, { body: JSON.stringify(body), headers });

/** The pass as the Worker shows it. */
export const view = async (passId: string) => (await send('GET', `/passes/${encodeURIComponent(passId)}`)).body;
