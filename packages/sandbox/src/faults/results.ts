/** Faults that are result codes: properly sealed, in place of the real result. */
import type { ResultInfo } from '@alipayhk-pass/api/gateway';
import type { Fault } from './fault.ts';

/** Result codes of AlipayHK that the sandbox sends on demand; statuses as in A14, the spelling is AlipayHK's. */
const codes: [resultCode: string, resultStatus: ResultInfo['resultStatus'], resultMessage: string][] = [
  ['UNKNOWN_EXCEPTION', 'U', 'The API failed for an unknown reason.'],
  ['SYSTEM_ERROR', 'U', 'The system has an internal problem.'],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', 'The request traffic exceeds the limit.'],
  ['PARAM_ILLEGAL', 'F', 'Illegal parameters.'],
  ['USER_NOT_EXSITS', 'F', 'The user does not exist.'],
  ['PASS_HAS_NOT_EXIST', 'F', 'The pass does not exist.'],
  ['PASS_TEMPLATE_HAS_NOT_EXIT', 'F', 'The pass template does not exist.'],
  ['PASS_TYPE_NOT_MATCH', 'F', 'The pass type does not match.'],
  ['PASS_PRODUCT_TYPE_NOT_MATCH', 'F', 'The product type of the pass does not match.'],
  ['PASS_IS_NULL', 'F', 'The pass is null.'],
  ['PASS_USED_OCCUPIED', 'F', 'The pass is occupied.'],
  ['PASS_UPDATE_FAIL', 'F', 'Only an active pass can be updated.'],
];

/** One fault for each code. */
export const results: Fault[] = codes.map(([resultCode, resultStatus, resultMessage]) => ({
  name: resultCode,
  description: `Replies ${resultCode} with status ${resultStatus}. The update is not applied.`,
  applies: false,
  resultInfo: { resultCode, resultStatus, resultMessage },
}));

/** The worst of them: the update took effect, and the reply says that the outcome is unknown. */
export const appliedButUnknown: Fault = {
  name: 'applied-but-unknown',
  description: 'Applies the update, and replies UNKNOWN_EXCEPTION with status U.',
  applies: true,
  resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U', resultMessage: 'The outcome is unknown.' },
};
