/** An update sealed and not sent: every stage of it, and the same as a curl that sends it. */
import type { ClientOptions, UpdatePassRequest } from '@alipayhk-pass/api';
import { contentToBeSigned, sealRequest } from '@alipayhk-pass/message-security';
import { properName } from './commands/seal.ts';
import { updatePassPath } from './settings.ts';

/** A sealed update, and what it was made of. */
export interface SealedUpdate {
  plain: string;
  url: string;
  headers: [name: string, value: string][];
  body: string;
  contentToBeSigned: string;
}

/** Seals an update as a client does. */
export async function sealUpdate(
  update: UpdatePassRequest,
  options: ClientOptions & { baseUrl: string },
): Promise<SealedUpdate> {
  const plain = JSON.stringify(update);
  const url = options.baseUrl + updatePassPath;
  const sealed = await sealRequest(new Request(url, { method: 'POST', body: plain }), options);
  const body = await sealed.text();
  const time = sealed.headers.get('Request-Time') ?? '';
  const parts = { method: 'POST', httpUri: updatePassPath, clientId: options.clientId, time, body: Buffer.from(body) };
  const headers = [...sealed.headers].map(([name, value]): [string, string] => [properName(name), value]);
  return { plain, url, headers, body, contentToBeSigned: Buffer.from(contentToBeSigned(parts)).toString() };
}

/** Every stage in the order in which sealing goes. */
export function toStages({ plain, url, headers, body, contentToBeSigned }: SealedUpdate): Record<string, string> {
  const header = (name: string) => headers.find(([each]) => each === name)?.[1];
  const encrypt = header('Encrypt');
  return {
    'update, checked': plain,
    ...(encrypt && { 'body, encrypted': body, 'Encrypt header': encrypt }),
    'content to be signed': contentToBeSigned,
    'Signature header': header('Signature') ?? '',
    request: [`POST ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`), '', body].join('\n'),
  };
}

/** A command line for a POSIX shell. */
export function toCurl({ url, headers, body }: SealedUpdate): string {
  const parts = [
    `curl -sS -w '\\n' ${quote(url)}`, // the body of a reply ends without a line end
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-binary ${quote(body)}`,
  ];
  return parts.join(' \\\n  ');
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
