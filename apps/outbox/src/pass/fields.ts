/**
 * An update taken apart into fields that can be replaced one by one, and put together again. Two changes become one by
 * laying the newer one's fields over the older one's, so that neither loses what the other does not carry.
 */
import type { DataInfo, UpdatePassRequest } from '@alipayhk-pass/api';

/** Parts of an update by name: `field/endDate`, `dataInfo/level`, `transaction`. */
export type Fields = Record<string, unknown>;

/** Who holds the pass. A newer change replaces it whole, or two users could get mixed (A24). */
export type Who = Pick<UpdatePassRequest, 'merchantId' | 'userId' | 'openId' | 'templateCode'>;

/** What an update asks of a pass. */
export interface Change {
  who: Who;
  status: string;
  updateDetailType: string;
  fields: Fields;
}

/** Fields of `dataInfo` that describe one transaction: one bill must not be shown with another bill's provider. */
export const transactionFields: ReadonlySet<string> = new Set(['billNo', 'lastChangePoints', 'pointsProvider']);

/** Takes an update apart. A `codeInfo` of null says that the code stays (A16), so it is no field. */
export function changeOf(update: UpdatePassRequest): Change {
  const { passId, status, updateDetailType, merchantId, userId, openId, templateCode, dataInfo, ...rest } = update;
  const data = Object.entries(dataInfo ?? {});
  const transaction = data.filter(([name]) => transactionFields.has(name));
  const fields = [
    ...Object.entries(rest)
      .filter(([name, value]) => !(name === 'codeInfo' && value === null))
      .map(([name, value]): [string, unknown] => [`field/${name}`, value]),
    ...data
      .filter(([name]) => !transactionFields.has(name))
      .map(([name, value]): [string, unknown] => [`dataInfo/${name}`, value]),
    ...(transaction.length > 0 ? [['transaction', Object.fromEntries(transaction)] as [string, unknown]] : []),
  ];
  const who = { merchantId, ...withValues({ userId, openId, templateCode }) };
  return { who, status, updateDetailType, fields: Object.fromEntries(fields) };
}

/** Puts an update together. */
export function updateOf(passId: string, { who, status, updateDetailType, fields }: Change): UpdatePassRequest {
  const all = Object.entries(fields);
  const under = (prefix: string): [string, unknown][] =>
    all.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]);
  const data = [...Object.entries((fields.transaction ?? {}) as DataInfo), ...under('dataInfo/')];
  const update = {
    passId,
    ...who,
    status,
    updateDetailType,
    ...Object.fromEntries(under('field/')),
    ...(data.length > 0 && { dataInfo: Object.fromEntries(data) }),
  };
  return update as UpdatePassRequest;
}

/** Whether these fields name a bill, which the card must show as a transaction of its own. */
export function bearsBill({ transaction }: Fields): boolean {
  return typeof (transaction as DataInfo | undefined)?.billNo === 'string';
}

/** What is left of older fields when newer ones are set. A bill is a transaction of its own: no other one replaces it. */
export function withoutSetAnew(older: Fields, newer: Fields, coalesceBills: boolean): Fields {
  const isSet = (name: string): boolean =>
    Object.hasOwn(newer, name) && !(name === 'transaction' && !coalesceBills && (bearsBill(older) || bearsBill(newer)));
  return Object.fromEntries(Object.entries(older).filter(([name]) => !isSet(name)));
}

function withValues<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
