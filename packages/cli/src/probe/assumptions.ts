/** Findings as assumptions of spec/ASSUMPTIONS.md: which ones are settled, and which ones AlipayHK still has to be asked. */
import type { GatewayProfile } from '@alipayhk-pass/api';
import { suiteName } from '../explain/decryption.ts';
import type { Findings } from './probe.ts';

/** An assumption that the probe settles, or leaves open. */
interface Assumption {
  question: string;
  /** What was found; `undefined` if it stays open. */
  find?: (findings: Findings) => string | null | undefined;
}

const verified = ({ plain, encryption }: Findings): boolean => plain === 'accepted' || encryption !== null;

/** In the order of their numbers; the questions are those of the mail. */
const assumptions: Record<string, Assumption> = {
  A1: {
    question:
      'What exactly does the signature cover? We sign "POST <path and query>", a line feed, "<Client-Id>.<Request-Time>.<body>".',
    find: (f) => (verified(f) ? 'requests signed so are accepted, and replies verify' : undefined),
  },
  A2: {
    question: 'Is RSA256 RSASSA-PKCS1-v1_5 with SHA-256?',
    find: (f) => (verified(f) && f.algorithm === 'RSA256' ? 'RSASSA-PKCS1-v1_5 with SHA-256' : undefined),
  },
  A3: {
    question: 'Which curve, digest and encoding are ECC224?',
    find: (f) => (verified(f) && f.algorithm === 'ECC224' ? 'P-224, SHA-224 and DER' : undefined),
  },
  A4: {
    question: 'Which AES mode and which RSA padding are RSA_AES?',
    find: ({ encryption }) => (encryption ? suiteName(encryption) : undefined),
  },
  A5: {
    question: 'Which RSA keys encrypt the symmetric key: those of the signatures?',
    find: ({ encryption, separateEncryptionKeys }) =>
      encryption && (separateEncryptionKeys ? 'keys of their own' : 'the keys of the signatures'),
  },
  A6: {
    question: 'Which Content-Type does an encrypted body have?',
    find: ({ encryptedContentTypes }) => encryptedContentTypes.join(' or ') || undefined,
  },
  A7: {
    question: 'Is the reply to an encrypted request always encrypted?',
    find: ({ encryptedReplies }) =>
      encryptedReplies === null
        ? undefined
        : encryptedReplies
          ? 'replies to encrypted requests are encrypted'
          : 'replies to encrypted requests are plain',
  },
  A8: {
    question: 'Must the Signature header name a keyVersion, and which one?',
    find: ({ keyVersion, replyKeyVersion }) =>
      keyVersion && `${keyVersion} in requests; replies name ${replyKeyVersion ?? 'none'}`,
  },
  A9: {
    question: 'How is the value of the Signature header encoded?',
    find: ({ signatureEncoding, headerCase }) =>
      signatureEncoding && `${signatureEncoding}; names of headers in ${headerCase}`,
  },
  A10: {
    question: 'Which form have the times, and how far may they be from your clock?',
    find: ({ responseTime }) => responseTime && `Response-Time with ${responseTime}`,
  },
  A11: {
    question: 'Is a reply signed when the signature of the request is refused?',
    find: ({ refusal: { signed, code } }) =>
      code && `a wrong signature gets ${code}, ${signed ? 'signed' : 'not signed'}`,
  },
  A12: {
    question: 'Does every reply have the Client-Id header?',
    find: (f) => (verified(f) ? (f.replyClientId ? 'replies have it' : 'replies leave it out') : undefined),
  },
  A13: { question: 'Is the outcome under resultInfo or result?', find: ({ wrapper }) => wrapper ?? undefined },
  A14: { question: 'Which result codes exist, and which status does each have?' },
  A15: { question: 'From when are the milliseconds of endDate counted?' },
  A16: { question: 'Which fields do dataInfo and codeInfo have for our template: which ones show points and level?' },
  A17: {
    question: 'Which HTTP status does a refusal have?',
    find: ({ refusal: { status, code } }) => (code ? `${status} for a refused signature` : undefined),
  },
  A23: {
    question: 'How do you distinguish a repeated request from a new one? Does bizDate order updates of one pass?',
  },
  A28: { question: 'Which Client-Id do your calls to us have, and which path do they sign?' },
  A31: { question: 'Which reply to a bill ends its repetitions, resultInfo or result?' },
  A32: { question: 'Which fields do the request and the reply of membercard/create have?' },
  A33: {
    question: 'Under which name does a reply carry the id of its exchange?',
    find: ({ traceHeader }) => traceHeader && `replies carry it as ${traceHeader}`,
  },
};

/** Each assumption with what was found. */
export function settle(findings: Findings): GatewayProfile['assumptions'] {
  const entries = Object.entries(assumptions).map(([number, { question, find }]) => {
    const finding = find?.(findings) || undefined;
    return [number, { settled: finding !== undefined, finding: finding ?? question }] as const;
  });
  return Object.fromEntries(entries);
}

/** A mail with the questions that stay open. */
export function mailTo(clientId: string, host: string, settled: GatewayProfile['assumptions']): string {
  const open = Object.entries(settled).filter(([, each]) => !each.settled);
  const found = Object.entries(settled).filter(([, each]) => each.settled);
  return `Subject: updatePass, Client-Id ${clientId}: questions

Dear AlipayHK team,

we integrate updatePass under the Client-Id ${clientId}, with ${host}. Your documents leave these questions open:

${open.map(([, { finding }], index) => `${index + 1}. ${finding}`).join('\n')}

From requests to ${host} we read the following; please correct us where it is an accident:

${found.map(([number, { finding }]) => `- ${finding} (${number})`).join('\n')}

Kind regards
`;
}
