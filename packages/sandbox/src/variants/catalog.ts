/**
 * Every variant by its name: the table of what AlipayHK's documents leave open, each with its number in
 * spec/ASSUMPTIONS.md.
 */
import type { ResultInfo } from '@alipayhk-pass/api/gateway';
import { HeaderInvalid, parseHeader, type RsaAesOptions, rsaAes } from '@alipayhk-pass/message-security';
import type { Variant } from './variant.ts';

const contents = ['AES-ECB', 'AES-CBC', 'AES-GCM'] as const;
const transports = ['RSAES-PKCS1-v1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const;
const json = 'application/json; charset=UTF-8';

const refused = (resultCode: string, resultMessage: string): ResultInfo => ({
  resultCode,
  resultStatus: 'F',
  resultMessage,
});

/** The eight suites of RSA_AES besides the default one. */
const suites: Variant[] = contents.flatMap((content) =>
  transports
    .filter((keyTransport) => content !== 'AES-ECB' || keyTransport !== 'RSAES-PKCS1-v1_5')
    .map((keyTransport) => suite({ content, keyTransport })),
);

function suite({ content, keyTransport }: Required<Pick<RsaAesOptions, 'content' | 'keyTransport'>>): Variant {
  return {
    name: `${content}-${keyTransport}`.toLowerCase().replace('-v1_5', ''),
    description: `RSA_AES is ${content} with ${keyTransport}.`,
    assumptions: ['A4', 'A26'],
    encryption: rsaAes({ content, keyTransport }),
  };
}

/** Takes an encrypted body under this media type only. */
function requireMediaType(type: string): Variant['refuseUnverified'] {
  return ({ headers }) => {
    const given = (headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (!headers.get('Encrypt') || given === type) return undefined;
    return {
      stage: 'target',
      resultInfo: refused('MEDIA_TYPE_NOT_ACCEPTABLE', 'The server does not implement the media type of the request.'),
      reason: `Content-Type of the encrypted body is not accepted; expected ${type}`,
    };
  };
}

/** Takes a Signature header with a keyVersion only, or without one only. */
function requireKeyVersion(expected: boolean): Variant['refuseUnverified'] {
  return ({ headers }) => {
    if (hasKeyVersion(headers.get('Signature') ?? '') === expected) return undefined;
    return {
      stage: 'signature',
      resultInfo: refused('INVALID_SIGNATURE', 'The signature is invalid.'),
      reason: `the Signature header ${expected ? 'has no' : 'has a'} keyVersion; expected ${expected ? 'one' : 'none'}`,
    };
  };
}

/** Whether the header names a version; a malformed one is for the stage `headers` to refuse. */
function hasKeyVersion(header: string): boolean | undefined {
  try {
    return parseHeader('Signature', header).keyVersion !== undefined;
  } catch (error) {
    if (error instanceof HeaderInvalid) return undefined;
    throw error;
  }
}

/** Takes an encrypted body only, or a plain one only. */
function requireEncryption(expected: boolean): Variant['refuseVerified'] {
  return (encrypted) => {
    if (encrypted === expected) return undefined;
    return {
      stage: expected ? 'contract' : 'decryption',
      resultInfo: refused('PARAM_ILLEGAL', 'Illegal parameters.'),
      reason: expected ? 'the body is plain; expected an encrypted one' : 'the body is encrypted; expected a plain one',
    };
  };
}

const success: ResultInfo = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success.' };

/** The variants, in the order in which they are shown. */
export const catalog: readonly Variant[] = [
  ...suites,
  {
    name: 'encrypted-json-only',
    description: 'Accepts an encrypted body as application/json only.',
    assumptions: ['A6'],
    refuseUnverified: requireMediaType('application/json'),
  },
  {
    name: 'encrypted-text-only',
    description: 'Accepts an encrypted body as text/plain only.',
    assumptions: ['A6'],
    refuseUnverified: requireMediaType('text/plain'),
  },
  {
    name: 'aes-gcm-json-only',
    description: 'RSA_AES is AES-GCM with RSAES-PKCS1-v1_5; accepts an encrypted body as application/json only.',
    assumptions: ['A4', 'A6', 'A26'],
    encryption: rsaAes({ content: 'AES-GCM' }),
    refuseUnverified: requireMediaType('application/json'),
  },
  {
    name: 'aes-gcm-oaep-json-only',
    description: 'RSA_AES is AES-GCM with RSA-OAEP; accepts an encrypted body as application/json only.',
    assumptions: ['A4', 'A6', 'A26'],
    encryption: rsaAes({ content: 'AES-GCM', keyTransport: 'RSA-OAEP' }),
    refuseUnverified: requireMediaType('application/json'),
  },
  {
    name: 'no-encryption',
    description: 'Refuses every encrypted body with PARAM_ILLEGAL, and encrypts nothing.',
    assumptions: ['A4', 'A7'],
    repliesInPlain: true,
    refuseVerified: requireEncryption(false),
  },
  {
    name: 'encryption-only',
    description: 'Refuses every plain body with PARAM_ILLEGAL.',
    assumptions: ['A7'],
    refuseVerified: requireEncryption(true),
  },
  {
    name: 'plain-replies',
    description: 'Signs replies to encrypted requests without encrypting them.',
    assumptions: ['A7'],
    repliesInPlain: true,
  },
  {
    name: 'encrypted-replies-json',
    description: 'Sends encrypted replies as application/json.',
    assumptions: ['A6'],
    encryptedContentType: json,
  },
  {
    name: 'key-version-required',
    description: 'Refuses a Signature header that names no keyVersion.',
    assumptions: ['A8'],
    refuseUnverified: requireKeyVersion(true),
  },
  {
    name: 'key-version-refused',
    description: 'Refuses a Signature header that names a keyVersion.',
    assumptions: ['A8'],
    refuseUnverified: requireKeyVersion(false),
  },
  {
    name: 'reply-key-version',
    description: 'Names keyVersion 7 in the Signature header of replies.',
    assumptions: ['A8'],
    replyKeyVersion: '7',
  },
  {
    name: 'header-names-title',
    description: 'Writes header names in title case: Signature, Client-Id.',
    assumptions: ['A9'],
    headerCase: 'title',
  },
  {
    name: 'header-names-upper',
    description: 'Writes header names in upper case: SIGNATURE, CLIENT-ID.',
    assumptions: ['A9'],
    headerCase: 'upper',
  },
  {
    name: 'signature-raw-base64',
    description: 'Writes the value of the Signature header in base64 without percent-encoding.',
    assumptions: ['A9'],
    signatureOf: (base64) => base64,
  },
  {
    name: 'signature-base64url',
    description: 'Writes the value of the Signature header in base64url.',
    assumptions: ['A9'],
    signatureOf: (base64) => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  },
  {
    name: 'signature-line-feeds',
    description: 'Breaks the base64 of a signature into lines of 76 characters before it percent-encodes it.',
    assumptions: ['A9'],
    signatureOf: (base64) => encodeURIComponent(base64.replace(/.{76}/g, '$&\n')),
  },
  {
    name: 'times-in-utc',
    description: 'Writes Response-Time in UTC, with Z.',
    assumptions: ['A10'],
    timeOf: (time) => `${new Date(time).toISOString().slice(0, 19)}Z`,
  },
  {
    name: 'times-without-colon',
    description: 'Writes the offset of Response-Time without a colon.',
    assumptions: ['A10'],
    timeOf: (time) => time.replace(/:(\d\d)$/, '$1'),
  },
  {
    name: 'times-with-fractions',
    description: 'Writes Response-Time with milliseconds.',
    assumptions: ['A10'],
    timeOf: (time) => time.replace(/(?=[+-]\d\d:\d\d$)/, '.123'),
  },
  {
    name: 'unsigned-refusals',
    description: 'Does not sign the reply to a wrong signature.',
    assumptions: ['A11'],
    unsignedRefusalStatus: 200,
  },
  {
    name: 'unsigned-refusals-401',
    description: 'Replies to a wrong signature with HTTP 401, not signed.',
    assumptions: ['A11', 'A17'],
    unsignedRefusalStatus: 401,
  },
  {
    name: 'replies-without-client-id',
    description: 'Leaves Client-Id out of replies.',
    assumptions: ['A12'],
    changeHeaders: (headers) => headers.delete('Client-Id'),
  },
  {
    name: 'result',
    description: 'Names the outcome `result` in place of `resultInfo`.',
    assumptions: ['A13'],
    bodyOf: (resultInfo) => ({ result: resultInfo }),
  },
  {
    name: 'result-and-resultinfo',
    description: 'Names the outcome both `resultInfo` and `result`.',
    assumptions: ['A13'],
    bodyOf: (resultInfo) => ({ resultInfo, result: resultInfo }),
  },
  {
    name: 'success-without-pass',
    description: 'Replies SUCCESS to an update of a pass that does not exist.',
    assumptions: ['A21'],
    resultOf: (resultInfo) => (resultInfo.resultCode === 'PASS_HAS_NOT_EXIST' ? success : resultInfo),
  },
  {
    name: 'trace-header-tracerid',
    description: 'Sends the id of an exchange as tracerId in place of Tracer-Id.',
    assumptions: ['A33'],
    changeHeaders(headers) {
      headers.set('tracerId', headers.get('Tracer-Id') ?? '');
      headers.delete('Tracer-Id');
    },
  },
  {
    name: 'no-trace-header',
    description: 'Sends no id of an exchange.',
    assumptions: ['A33'],
    changeHeaders: (headers) => headers.delete('Tracer-Id'),
  },
];

/** The variant with this name. */
export const variantNamed = (name: string): Variant | undefined => catalog.find((variant) => variant.name === name);
