/**
 * How a command ends: one clear line on standard error and an exit code. What is not foreseen here is a fault of the
 * command itself; its line says where it arose, and never what was being worked on.
 */
import { isMessageError, type UpdatePassError } from '@alipayhk-pass/api';
import { isSetupCode } from './setup-codes.ts';

/** The documented exit codes. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unknown: 4,
  security: 5,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means, for help texts. */
export const exitCodeTexts: Record<ExitCode, string> = {
  0: 'done',
  1: 'failed for another reason',
  2: 'usage: an option, a setting, a key or an input file is wrong; nothing was sent',
  3: 'refused: the gateway replied F',
  4: 'unknown: the gateway replied U, or no reply arrived; the update may have taken effect',
  5: 'security: a signature, a decryption or a time was not accepted',
};

/** A failure that the command foresees, with its exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  constructor(text: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(text, options);
    this.exitCode = exitCode;
  }
}

/** The caller's mistake. */
export class UsageError extends CommandError {
  constructor(text: string) {
    super(text, exitCodes.usage);
  }
}

/** What machines get of an error: no key, no body, no signature. */
export interface ErrorReport {
  exitCode: ExitCode;
  error: {
    code: string;
    message: string;
    stage?: string;
    tracerId?: string;
    resultInfo?: object;
    unverified?: object;
    issues?: readonly object[];
  };
}

/** The exit code of an error, and what is said of it. */
export function reportError(error: unknown): ErrorReport {
  if (isMessageError(error)) return reportMessageError(error as UpdatePassError);
  if (error instanceof CommandError)
    return {
      exitCode: error.exitCode,
      error: { code: error instanceof UsageError ? 'Usage' : 'Failed', message: error.message },
    };
  // Keys and options are checked by the packages below, which throw TypeError for a caller's mistake alone.
  if (error instanceof TypeError && !/^Cannot |is not (?:a function|iterable|an object)/.test(error.message)) {
    return { exitCode: exitCodes.usage, error: { code: 'Usage', message: error.message } };
  }
  const { code = 'Failed', message } = error as NodeJS.ErrnoException;
  const said = systemTexts[code] ?? (message || String(error)).split('\n', 1)[0] ?? '';
  return { exitCode: exitCodes.failed, error: { code, message: said } };
}

function reportMessageError(error: UpdatePassError): ErrorReport {
  const { code, stage, message, tracerId } = error;
  const report = { code, message, stage, ...(tracerId && { tracerId }) };
  if (error.code === 'ResultNotSuccess') {
    const { resultInfo } = error;
    const exitCode = resultInfo.resultStatus === 'F' ? exitCodes.refused : exitCodes.unknown;
    return { exitCode, error: { ...report, message: withAdvice(message, resultInfo), resultInfo } };
  }
  if (error.code === 'RequestInvalid') return { exitCode: exitCodes.usage, error: { ...report, issues: error.issues } };
  if (error.code === 'ResultNotSigned') {
    const { unverified } = error;
    return { exitCode: exitCodes.security, error: { ...report, message: withAdvice(message, unverified), unverified } };
  }
  return { exitCode: isUnknown(error) ? exitCodes.unknown : exitCodes.security, error: report };
}

/** Whoever reads F as "this update is refused for good" would drop an update with which nothing is wrong. */
const withAdvice = (message: string, { resultCode }: { resultCode: string }): string =>
  isSetupCode(resultCode)
    ? `${message}; it concerns keys, Client-Id or console, not what was sent: correct those, then send it again`
    : message;

/** Whether the error says nothing about security: the outcome is open, and that is all. */
function isUnknown(error: UpdatePassError): boolean {
  if (error.code === 'ResponseUnexpected') return error.reason === 'status';
  return ['ResponseMissing', 'ResponseInvalid', 'BodyTooLarge', 'BodyIncomplete'].includes(error.code);
}

const systemTexts: Record<string, string> = {
  EPIPE: 'standard output was closed before everything was written',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};
