/** Headers on which a change is accepted: If-Match and Idempotency-Key. */
import { RequestInvalid } from '@alipayhk-pass/api';
import type { Conditions } from '../shard/pass-operations.ts';
import type { Digest } from './app.ts';

/** @throws RequestInvalid */
export async function readConditions(request: Request, body: Uint8Array, digest: Digest): Promise<Conditions> {
  const ifMatch = request.headers.get('If-Match')?.trim();
  const [, any, revision] = /^(?:(\*)|"(\d{1,15})")$/.exec(ifMatch ?? '') ?? [];
  if (ifMatch !== undefined && any === undefined && revision === undefined) {
    throw new RequestInvalid([{ path: 'If-Match', message: 'must be "<revision>" in quotes, or *' }]);
  }
  const name = readKeyName(request);
  return {
    ifMatch: any ? '*' : revision === undefined ? undefined : Number(revision),
    key: name === undefined ? undefined : { name, digest: `${request.method} ${await digest(body)}` },
  };
}

/** @throws RequestInvalid */
export function readKeyName(request: Request): string | undefined {
  const name = request.headers.get('Idempotency-Key');
  if (name === null) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(name)) return name;
  throw new RequestInvalid([{ path: 'Idempotency-Key', message: 'must be 1 to 255 printable characters' }]);
}
