/**
 * The passes, and the rules by which an update is applied to one (A21). A decision and its effect are one transaction:
 * concurrent updates are applied one after the other, and none overwrites what it did not carry.
 */
import type { CodeInfo, DataInfo, ResultInfo, UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { runOne, type SqlStore, type Statement, selectRows, statement } from '../store.ts';

/** A pass as it is stored; `null` where a field was never set. */
export interface Pass {
  /** Its id. */
  passId: string;
  /** The only Client-Id that can update it. */
  clientId: string;
  /** The only merchant id with which it can be updated. */
  merchantId: string;
  /** The member who holds it, by the id that is unique among all users. */
  userId: string | null;
  /** The member who holds it, by the id that is known to this merchant only. */
  openId: string | null;
  /** The template that it is made of. */
  templateCode: string | null;
  /** `CLOSED` after an update that says so. */
  status: 'ACTIVE' | 'CLOSED';
  /** `dataInfo.points` of the last update that had a number or a short text there. */
  points: number | string | null;
  /** `dataInfo.level`, likewise. */
  level: number | string | null;
  /** Milliseconds since the epoch. */
  endDate: number | null;
  /** The last one received, whole. */
  dataInfo: DataInfo | null;
  /** The last one received, whole. */
  codeInfo: CodeInfo;
  /** Milliseconds since the epoch. */
  updatedAt: number;
  /** How many updates were applied. */
  revision: number;
}

/** What a pass is created with; at least one of `userId` and `openId`. */
export type NewPass = Pick<Pass, 'passId' | 'clientId' | 'merchantId'> &
  Partial<Record<'userId' | 'openId' | 'templateCode', string | undefined>>;

const results = {
  SUCCESS: ['S', 'Success'],
  PASS_HAS_NOT_EXIST: ['F', 'The pass does not exist.'],
  USER_NOT_EXSITS: ['F', 'The user does not exist.'],
  PASS_TEMPLATE_HAS_NOT_EXIT: ['F', 'The pass template does not exist.'],
  PASS_UPDATE_FAIL: ['F', 'Only an active pass can be updated.'],
} as const satisfies Record<string, readonly [ResultInfo['resultStatus'], string]>;

type ResultCode = keyof typeof results;

// Conditions of A21 over ?1 passId, ?2 clientId, ?3 merchantId, ?4 userId, ?5 openId, ?6 templateCode.
const isFound = 'pass_id = ?1 AND client_id = ?2 AND merchant_id = ?3';
// A24: one of the ids has to match the pass, and neither may differ from it; a pass may have only one of the two.
const isSameUser = '(user_id = ?4 OR open_id = ?5) AND coalesce(user_id = ?4, TRUE) AND coalesce(open_id = ?5, TRUE)';
const isSameTemplate = '(?6 IS NULL OR template_code IS ?6)';

const update = `
  UPDATE passes SET
    status = iif(?7 = 'CLOSED', 'CLOSED', status),
    end_date = coalesce(?8, end_date),
    data_info = coalesce(?9, data_info),
    code_info = coalesce(?10, code_info),
    updated_at = ?11,
    points = coalesce(?12, points),
    level = coalesce(?13, level),
    revision = revision + 1
  WHERE ${isFound} AND ${isSameUser} AND ${isSameTemplate} AND status = 'ACTIVE'`;

const refusal = `
  SELECT CASE
    WHEN (${isSameUser}) IS NOT TRUE THEN 'USER_NOT_EXSITS'
    WHEN NOT ${isSameTemplate} THEN 'PASS_TEMPLATE_HAS_NOT_EXIT'
    ELSE 'PASS_UPDATE_FAIL'
  END AS resultCode FROM passes WHERE ${isFound}`;

/**
 * Applies a verified update: CLOSED closes the pass; either status sets what the update carries and leaves the rest
 * alone, also where `codeInfo` is null (no new code, A16). The same update twice is accepted twice, as long as the pass
 * is active.
 *
 * @param alongside - a statement of the same transaction, in which `changes()` is 1 if the update was applied, else 0
 * @see A21
 */
export async function applyUpdate(
  store: SqlStore,
  request: UpdatePassRequest,
  { clientId }: { clientId: string },
  alongside?: Statement,
): Promise<ResultInfo> {
  const { passId, merchantId, userId, openId, templateCode, status, endDate, dataInfo, codeInfo } = request;
  const conditions = [passId, clientId, merchantId, userId ?? null, openId ?? null, templateCode ?? null];
  const values = [status, endDate ?? null, toJson(dataInfo), toJson(codeInfo), Date.now()];
  const shown = [toColumn(dataInfo?.points), toColumn(dataInfo?.level)];
  // One transaction: the reason, which counts only if nothing was updated, is the one at that very moment.
  const outcomes = await store.run([
    statement(update, ...conditions, ...values, ...shown),
    ...(alongside ? [alongside] : []), // directly after the update, because of `changes()`
    statement(refusal, ...conditions),
  ]);
  if (outcomes[0]?.changes === 1) return resultInfo('SUCCESS');
  const [refused] = (outcomes.at(-1)?.rows ?? []) as { resultCode: ResultCode }[];
  return resultInfo(refused?.resultCode ?? 'PASS_HAS_NOT_EXIST');
}

/** Creates an active pass; `false` if there is one with this `passId`. */
export async function createPass(store: SqlStore, pass: NewPass): Promise<boolean> {
  const { passId, clientId, merchantId, userId = null, openId = null, templateCode = null } = pass;
  const { changes } = await runOne(
    store,
    `INSERT INTO passes (pass_id, client_id, merchant_id, user_id, open_id, template_code, updated_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (pass_id) DO NOTHING`,
    ...[passId, clientId, merchantId, userId, openId, templateCode, Date.now()],
  );
  return changes === 1;
}

/** The pass as it is now. */
export async function readPass(store: SqlStore, passId: string): Promise<Pass | undefined> {
  const [row] = await selectRows<Row>(store, `${select} WHERE pass_id = ?1`, passId);
  return row && toPass(row);
}

/** Which passes, and how many at most. */
export interface PassQuery {
  clientId?: string | undefined;
  /** Only those with a larger `passId`. */
  after?: string | undefined;
  limit: number;
}

/** Passes, by `passId`. */
export async function listPasses(store: SqlStore, { clientId, after = '', limit }: PassQuery): Promise<Pass[]> {
  const sql = `${select} WHERE pass_id > ?1 AND (?2 IS NULL OR client_id = ?2) ORDER BY pass_id LIMIT ?3`;
  return (await selectRows<Row>(store, sql, after, clientId ?? null, limit)).map(toPass);
}

/** The statement that makes one pass as new, or all of them. */
export function resetPasses(passId: string | null = null): Statement {
  return statement(
    `UPDATE passes SET status = 'ACTIVE', points = NULL, level = NULL, end_date = NULL, data_info = NULL,
       code_info = NULL, revision = 0, updated_at = ?1
     WHERE ?2 IS NULL OR pass_id = ?2`,
    ...[Date.now(), passId],
  );
}

type Row = Pass & Record<'dataInfo' | 'codeInfo', string | null>;

const select = `
  SELECT pass_id AS passId, client_id AS clientId, merchant_id AS merchantId, user_id AS userId, open_id AS openId,
    template_code AS templateCode, status, points, level, end_date AS endDate, data_info AS dataInfo,
    code_info AS codeInfo, revision, updated_at AS updatedAt
  FROM passes`;

function toPass(row: Row): Pass {
  return { ...row, dataInfo: fromJson(row.dataInfo), codeInfo: fromJson(row.codeInfo) };
}

function resultInfo(resultCode: ResultCode): ResultInfo {
  const [resultStatus, resultMessage] = results[resultCode];
  return { resultCode, resultStatus, resultMessage };
}

function toJson(value: object | null | undefined): string | null {
  return value == null ? null : JSON.stringify(value);
}

function fromJson<T>(text: string | null): T | null {
  return text === null ? null : JSON.parse(text);
}

/** Points and level have columns of their own, for a number or a short text. */
function toColumn(value: unknown): number | string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null; // JSON's 1e999
  return typeof value === 'string' && value.length <= 64 ? value : null;
}
