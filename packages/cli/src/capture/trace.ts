/**
 * What `curl --trace` and `curl --trace-ascii` write: every byte of both messages, in blocks. The former shows bytes in hex,
 * the latter as text, with a dot for whatever is not printable ASCII.
 */
import { withoutEnd } from '../text.ts';
import { readHttp } from './http.ts';
import type { Capture } from './message.ts';

/** The first line of a block; the times and ids before it are there if curl was asked for them. */
const blockLine = /^(?:[\d:.]+ )?(?:\[[\w-]+\] )?(=>|<=) (?:Send|Recv) (header|data), (\d+) bytes/;
const asciiLine = /^([0-9a-f]{4}[0-9a-f]*): ?(.*)$/;

interface Block {
  sign: '=>' | '<=';
  kind: 'header' | 'data';
  size: number;
  lines: string[];
}

/** Whether a text, bytes as Latin-1, is such a trace. */
export const isTrace = (text: string): boolean =>
  /^(?:[\d:.]+ )?(?:\[[\w-]+\] )?(?:=>|<=) (?:Send|Recv) header, /m.test(text);

/** Reads the last exchange: those of redirects are before it. */
export function readTrace(text: string): Capture {
  const blocks = blocksOf(text);
  const isHex = blocks.every(({ lines }) => lines.every((line) => hexOf(line) !== undefined));
  const form = isHex ? 'the output of curl --trace' : 'the output of curl --trace-ascii';
  const capture: Capture = { form, notes: [] };
  for (const [head, data] of messagesOf(blocks, isHex ? fromHex : fromAscii)) {
    const { request, reply, notes } = readHttp(`${withoutEnd(head, '\r\n')}\r\n\r\n${data}`);
    const lossy = !isHex && data.includes('.');
    if (request) {
      capture.request = { ...request, lossy };
      capture.reply = undefined;
    } else if (reply) capture.reply = { ...reply, lossy };
    capture.notes.push(...notes);
  }
  if (capture.request?.lossy || capture.reply?.lossy) {
    capture.notes.push(
      '--trace-ascii shows a dot for every byte that is not printable ASCII, so a body with dots may differ from what was sent; capture with --trace, or pass the body with --body FILE',
    );
  }
  return capture;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let isOurs = false;
  for (const line of text.split('\n').map((each) => each.replace(/\r$/, ''))) {
    const [, sign, kind, size] = blockLine.exec(line) ?? [];
    if (sign !== undefined) {
      isOurs = true;
      blocks.push({ sign: sign as Block['sign'], kind: kind as Block['kind'], size: Number(size), lines: [] });
    } else if (!asciiLine.test(line))
      isOurs = false; // information, or what TLS sends
    else if (isOurs) blocks.at(-1)?.lines.push(line);
  }
  return blocks;
}

/** Head and body of each message, in order; curl gives the head of a reply line by line. */
function messagesOf(blocks: Block[], bytesOf: (block: Block) => string): [head: string, data: string][] {
  const messages: { head: string; data: string }[] = [];
  const last: { [sign in Block['sign']]?: (typeof messages)[number] } = {};
  for (const block of blocks) {
    const bytes = bytesOf(block);
    if (block.kind === 'header' && /^(?:[A-Za-z]+ \S+ HTTP\/|HTTP\/\d)/.test(bytes)) {
      const begun = { head: bytes, data: '' };
      last[block.sign] = begun;
      messages.push(begun);
      continue;
    }
    const message = last[block.sign];
    if (message) message[block.kind === 'header' ? 'head' : 'data'] += bytes;
  }
  return messages.map(({ head, data }) => [head, data]);
}

function fromHex({ lines }: Block): string {
  const hex = lines.map((line) => hexOf(line)?.replaceAll(' ', '') ?? '').join('');
  return Buffer.from(hex, 'hex').toString('latin1');
}

/** Sixteen bytes in hex, or blanks in their place, which follow the offset; after them comes the same as text. */
function hexOf(line: string): string | undefined {
  const [, , after = ''] = asciiLine.exec(line) ?? [];
  const hex = after.slice(0, 48);
  return hex.length === 48 && /^[0-9a-f ]+$/.test(hex) ? hex : undefined;
}

/** A line ends after 64 characters, or where there is a CRLF, which shows in the offset of the next line alone. */
function fromAscii({ size, lines }: Block): string {
  let text = '';
  for (const line of lines) {
    const [, offset = '0', characters = ''] = asciiLine.exec(line) ?? [];
    if (Number.parseInt(offset, 16) > text.length) text += '\r\n';
    text += characters;
  }
  return size > text.length ? `${text}\r\n` : text;
}
