/** The value of a Signature header read in other ways: what its transport may have made of it. */
import { parseHeader } from '@alipayhk-pass/message-security';

/** The bytes that a header may have meant. */
export interface SignatureReading {
  bytes: Uint8Array;
  /** Absent for what the protocol reads. */
  cause?: string;
  words?: string;
}

/** Every reading of the header's text, the protocol's first. */
export function signatureReadings(header: string): SignatureReading[] {
  const readings: SignatureReading[] = [];
  const add = (read: () => Uint8Array | undefined, cause?: string, words?: string): void => {
    try {
      const bytes = read();
      const known = readings.some((each) => bytes && Buffer.compare(each.bytes, bytes) === 0);
      if (bytes && bytes.length > 0 && !known) readings.push({ bytes, ...(cause && { cause, words }) });
    } catch {
      // not in this way
    }
  };
  const value = /(?:^|,)\s*signature\s*=([^,]*)/i.exec(header)?.[1]?.trim() ?? header.trim();
  const text = decodeURIComponentOr(value);
  const base64 = (each: string): Uint8Array => Buffer.from(each, 'base64');
  add(() => parseHeader('Signature', header).value);
  const blanks = 'the + of the signature was turned into a blank on its way';
  add(() => base64(value.replaceAll(' ', '+')), 'signature-plus-blank', blanks);
  add(
    () => base64(decodeURIComponent(value.replaceAll('+', '%20')).replaceAll(' ', '+')),
    'signature-plus-blank',
    blanks,
  );
  const twice = 'the signature was percent-encoded twice';
  add(() => base64(decodeURIComponent(text)), 'signature-encoded-twice', twice);
  add(
    () => (/^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : undefined),
    'signature-hex',
    'the signature is in hex; expected base64',
  );
  const inside = base64(text).toString();
  add(
    () => (/^[0-9a-f\s]+$/i.test(inside) ? Buffer.from(inside.replace(/\s/g, ''), 'hex') : undefined),
    'signature-hex',
    'the signature is the base64 of a text in hex; expected the base64 of its bytes',
  );
  add(
    () => (/^[A-Za-z0-9+/\s]+=*$/.test(inside) ? base64(inside) : undefined),
    'signature-base64-twice',
    'the signature is in base64 twice',
  );
  add(
    () => (header.includes('signature=') ? undefined : base64(text)),
    'signature-header-form',
    'the Signature header holds the value alone; expected algorithm=RSA256, keyVersion=…, signature=…',
  );
  add(() => base64(text), 'signature-header-form', 'the Signature header is out of form, but its value can be read');
  return readings;
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
