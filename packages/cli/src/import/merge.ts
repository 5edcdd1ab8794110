/** Several updates of one pass as one that leaves the card as all of them would, one after the other. */
import type { UpdatePassRequest } from '@alipayhk-pass/api';

/** These three are one transaction: of two transactions only the later one is shown. */
const transaction = ['billNo', 'lastChangePoints', 'pointsProvider'];

/** Whether a later update may be sent together with an earlier one: nothing comes after a close, and a close goes alone. */
export function isMergeable(earlier: UpdatePassRequest, later: UpdatePassRequest): boolean {
  const who = ['merchantId', 'userId', 'openId', 'templateCode', 'updateDetailType'] as const;
  return earlier.status === 'UPDATE' && later.status === 'UPDATE' && who.every((name) => earlier[name] === later[name]);
}

/** The later update with what only the earlier one sets. */
export function merge(earlier: UpdatePassRequest, later: UpdatePassRequest): UpdatePassRequest {
  const dataInfo = mergeData(earlier.dataInfo, later.dataInfo);
  const codeInfo = later.codeInfo ?? earlier.codeInfo; // null leaves the code as it is
  return { ...earlier, ...later, ...(dataInfo && { dataInfo }), ...(codeInfo !== undefined && { codeInfo }) };
}

function mergeData(
  earlier: UpdatePassRequest['dataInfo'],
  later: UpdatePassRequest['dataInfo'],
): UpdatePassRequest['dataInfo'] {
  if (!earlier || !later) return later ?? earlier;
  const replaces = transaction.some((name) => name in later);
  const kept = Object.entries(earlier).filter(([name]) => !(replaces && transaction.includes(name)));
  return { ...Object.fromEntries(kept), ...later };
}
