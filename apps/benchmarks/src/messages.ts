/** What every contender works on: the test keys of `spec/vectors`, one update in two sizes, one moment in time. */
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };

export const { merchant, gateway } = keys;

export const clientId = 'T_385500000000011';
export const httpUri = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
export const url = `https://open.alipay.hk${httpUri}`;
export const time = '2026-11-22T12:00:00+08:00';
export const now = (): number => Date.parse(time);

/** An update whose JSON has this many bytes. */
function updateOf(length: number) {
  const update = {
    merchantId: '2188120041930000',
    openId: '20880000000000000000001',
    passId: '2024052206422100000012',
    status: 'UPDATE',
    updateDetailType: 'UPDATE_MEMBER_CARD',
    dataInfo: { billNo: null, lastChangePoints: '50', remark: '' },
  };
  update.dataInfo.remark = '.'.repeat(length - JSON.stringify(update).length);
  return update;
}

/** As an application has it, in 640 bytes. */
export const update = updateOf(640);

const bytesOf = (length: number) => new TextEncoder().encode(JSON.stringify(updateOf(length)));

/** Bodies by the name that their size has in the report. */
export const bodies = { '640 B': bytesOf(640), '64 KB': bytesOf(64 * 1024) };
