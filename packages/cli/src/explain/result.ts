/** The result in a body. */

/** What is under resultInfo or result; `undefined` if there is none. */
export function resultOf(value: unknown): { resultStatus: string; resultCode: string } | undefined {
  const { resultInfo, result } = (value ?? {}) as Record<string, unknown>;
  const { resultStatus, resultCode } = (resultInfo ?? result ?? {}) as Record<string, unknown>;
  return typeof resultStatus === 'string' ? { resultStatus, resultCode: String(resultCode) } : undefined;
}

/** JSON in UTF-8; `undefined` for anything else. */
export function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
