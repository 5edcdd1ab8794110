/**
 * An update taken apart into the units that may be overtaken on their own, and put together again. Two updates become one
 * by laying the newer's units over the older's, so that neither loses what the other does not carry.
 */
import type { DataInfo, UpdatePassRequest } from '@alipayhk-pass/api';

/** Parts of an update by name: `field/endDate`, `dataInfo/level`, `transaction`. */
export type Units = Record<string, unknown>;

/** Whose pass it is. One unit: a newer update's replaces it whole, or two users could get mixed (A24). */
export type Who = Pick<UpdatePassRequest, 'merchantId' | 'userId' | 'openId' | 'templateCode'>;

/** What an update asks of a mailbox. */
export interface Change {
  who: Who;
  units: Units;
  /** Whether the pass ends with it. */
  closes: boolean;
}

/**
 * Whether a pass ends with a status. A status that is new in the contract does not compile here: somebody has to decide how
 * an update with it merges with others.
 */
const endsPass: Record<UpdatePassRequest['status'], boolean> = { CLOSED: true, UPDATE: false };

/** The type of every update. A second one in the contract does not compile where this is used, for the same reason. */
const detailType = 'UPDATE_MEMBER_CARD';

/** Fields of `dataInfo` that describe one transaction: an older one's provider must not stand beside a newer one's bill. */
export const transactionFields: ReadonlySet<string> = new Set(['billNo', 'lastChangePoints', 'pointsProvider']);

/** Takes an update apart. A `codeInfo` of null says that the code stays (A16), so it is no unit. */
export function changeOf(update: UpdatePassRequest): Change {
  const { passId, status, updateDetailType, merchantId, userId, openId, templateCode, dataInfo, ...fields } = update;
  updateDetailType satisfies typeof detailType;
  const data = Object.entries(dataInfo ?? {});
  const transaction = data.filter(([name]) => transactionFields.has(name));
  const units = [
    ...Object.entries(fields)
      .filter(([name, value]) => !(name === 'codeInfo' && value === null))
      .map(([name, value]): [string, unknown] => [`field/${name}`, value]),
    ...data
      .filter(([name]) => !transactionFields.has(name))
      .map(([name, value]): [string, unknown] => [`dataInfo/${name}`, value]),
    ...(transaction.length > 0 ? [['transaction', Object.fromEntries(transaction)] as [string, unknown]] : []),
  ];
  const who = { merchantId, ...withValues({ userId, openId, templateCode }) };
  return { who, units: Object.fromEntries(units), closes: endsPass[status] };
}

/** Puts an update together. */
export function updateOf(passId: string, { who, units, closes }: Change): UpdatePassRequest {
  const all = Object.entries(units);
  const under = (prefix: string): [string, unknown][] =>
    all.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]);
  const data = [...Object.entries((units.transaction ?? {}) as DataInfo), ...under('dataInfo/')];
  const update = {
    passId,
    ...who,
    status: closes ? 'CLOSED' : 'UPDATE',
    updateDetailType: detailType,
    ...Object.fromEntries(under('field/')),
    ...(data.length > 0 && { dataInfo: Object.fromEntries(data) }),
  };
  return update as UpdatePassRequest;
}

function withValues<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
