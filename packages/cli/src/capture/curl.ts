/** What `curl -v` prints: the heads of both messages and, where both streams went to one place, the body of the reply. */
import { toMessage } from './http.ts';
import type { Capture } from './message.ts';

/** Whether a text, bytes as Latin-1, is the output of `curl -v`. */
export function isCurl(text: string): boolean {
  return /^> [A-Z]+ \S+ HTTP\//m.test(text) || /^< HTTP\/\d/m.test(text);
}

/** Reads the last exchange: curl prints those of redirects before it. */
export function readCurl(text: string): Capture {
  const capture: Capture = { form: 'the output of curl -v', notes: [] };
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const heads = blocks(lines);
  for (const { head } of heads) {
    const message = toMessage(head, undefined);
    if (message?.kind === 'request') {
      capture.request = message;
      capture.reply = undefined;
    } else if (message !== undefined && message.status >= 200) capture.reply = message;
  }
  const last = heads.at(-1);
  if (capture.reply && last) {
    const rest = text.split('\n').slice(last.end).join('\n');
    capture.reply.body = replyBody(rest, last.head);
  }
  return capture;
}

/** The heads, each with the number of the line after it. */
function blocks(lines: string[]): { head: string[]; end: number }[] {
  const found: { head: string[]; end: number }[] = [];
  let mark = '';
  lines.forEach((line, index) => {
    const [, sign = '', text = ''] = /^([<>])(?: (.*))?$/.exec(line) ?? [];
    if (sign === '') return;
    const isFirst = /^[A-Z]+ \S+ HTTP\/|^HTTP\/\d/.test(text);
    if (isFirst) found.push({ head: [], end: 0 });
    mark = sign;
    const block = found.at(-1);
    if (block === undefined || mark === '') return;
    if (text !== '') block.head.push(text);
    block.end = index + 1;
  });
  return found;
}

/** What is left of the text without curl's own lines; curl says how long the body is where the reply does not. */
function replyBody(rest: string, head: string[]): Uint8Array | undefined {
  const announced = head.find((line) => /^content-length:/i.test(line))?.replace(/^[^:]*:\s*/, '');
  let body = rest.replace(/^(?:[{}] \[\d+ bytes data\]|\* .*)\r?\n/gm, '');
  body = body.replace(/\* (?:Connection #|Closing connection|shutting down connection)[\s\S]*$/, '');
  if (announced !== undefined && /^\d+$/.test(announced)) body = body.slice(0, Number(announced));
  else body = body.replace(/\r?\n$/, '');
  return body.trim() === '' && announced !== '0' ? undefined : Buffer.from(body, 'latin1');
}
