import { expect, test } from 'vitest';
import { HeaderInvalid, ResponseUnexpected, tracerIdOf } from '../src/index.ts';
import { printable } from '../src/printable.ts';

test.each([
  ['trace-1', 'trace-1'],
  ['金卡 é', '金卡 é'],
  ['a\u0000b\u001b[31mc\u007f', 'a\ufffdb\ufffd[31mc\ufffd'],
  ['line\r\nfake line', 'line\ufffd\ufffdfake line'],
  ['a\u202eb\u2028c\u200bd', 'a\ufffdb\ufffdc\ufffdd'],
  ['half \ud83d', 'half \ufffd'],
])('printable turns %j into %j', (text, shown) => {
  expect(printable(text, 100)).toBe(shown);
});

test('printable cuts text at the limit', () => {
  expect(printable('x'.repeat(1000), 128)).toBe('x'.repeat(128));
});

test('tracerIdOf and the tracerId of an error cut a long id and replace its control characters', () => {
  const response = new Response(null, { status: 500, headers: { 'Tracer-Id': `a\tb${'c'.repeat(9007)}` } });
  const shown = `a\ufffdb${'c'.repeat(125)}`;
  expect(tracerIdOf(response)).toBe(shown);
  expect(new ResponseUnexpected('status', response).tracerId).toBe(shown);
  expect(new HeaderInvalid('Signature', 'text').tracerId).toBeUndefined();
});
