/**
 * The passes in D1, and the rules by which an update is applied to one (A21). A decision and its effect are one
 * transaction: of concurrent updates D1 applies one after the other, and none overwrites what it did not carry.
 */
import type { CodeInfo, DataInfo, Received, ResultInfo, UpdatePassRequest } from '@alipayhk-pass/api/gateway';

/** A pass as it is stored; `null` where there is nothing. */
export interface Pass {
  passId: string;
  /** The only Client-Id for which it exists. */
  clientId: string;
  merchantId: string;
  userId: string | null;
  openId: string | null;
  templateCode: string | null;
  status: 'ACTIVE' | 'CLOSED';
  /** `dataInfo.points` of the last update that had one (A27). */
  points: number | string | null;
  /** `dataInfo.level` likewise (A27). */
  level: number | string | null;
  /** Milliseconds since the epoch (A15). */
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
// A24: one of the ids has to be the pass's, and none may be another's; a pass may have only one of the two.
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
 * Applies an update that was verified: CLOSED closes the pass; either status sets what the update carries and leaves
 * alone what it does not, a `codeInfo` of null included (no new code, A16). The same update twice is accepted twice,
 * as long as the pass is active.
 *
 * @param alongside - a statement of the same transaction, to which `changes()` tells whether the update was applied
 * @see A21
 */
export async function applyUpdate(
  db: D1Database,
  request: UpdatePassRequest,
  { clientId }: Pick<Received, 'clientId'>,
  alongside?: D1PreparedStatement,
): Promise<ResultInfo> {
  const { passId, merchantId, userId, openId, templateCode, status, endDate, dataInfo, codeInfo } = request;
  const conditions = [passId, clientId, merchantId, userId ?? null, openId ?? null, templateCode ?? null];
  const values = [status, endDate ?? null, toJson(dataInfo), toJson(codeInfo), Date.now()];
  const shown = [toColumn(dataInfo?.points), toColumn(dataInfo?.level)];
  // A batch is a transaction: the reason, which counts only if nothing was updated, is the one of that very moment.
  const outcomes = await db.batch<{ resultCode: ResultCode }>([
    db.prepare(update).bind(...conditions, ...values, ...shown),
    ...(alongside ? [alongside] : []), // directly after it, for the sake of `changes()`
    db.prepare(refusal).bind(...conditions),
  ]);
  if (outcomes[0]?.meta.changes === 1) return resultInfo('SUCCESS');
  return resultInfo(outcomes.at(-1)?.results[0]?.resultCode ?? 'PASS_HAS_NOT_EXIST');
}

/** Creates an active pass; `false` if there is one of this `passId`. */
export async function createPass(db: D1Database, pass: NewPass): Promise<boolean> {
  const { passId, clientId, merchantId, userId = null, openId = null, templateCode = null } = pass;
  const { meta } = await db
    .prepare(
      `INSERT INTO passes (pass_id, client_id, merchant_id, user_id, open_id, template_code, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (pass_id) DO NOTHING`,
    )
    .bind(passId, clientId, merchantId, userId, openId, templateCode, Date.now())
    .run();
  return meta.changes === 1;
}

/** The pass as it is now. */
export async function readPass(db: D1Database, passId: string): Promise<Pass | undefined> {
  const row = await db.prepare(`${select} WHERE pass_id = ?1`).bind(passId).first<Row>();
  return row === null ? undefined : toPass(row);
}

/** At most `limit` passes by `passId`, those of one client if it is given, and only those that come after `after`. */
export async function listPasses(
  db: D1Database,
  { clientId = null, after = '', limit }: { clientId?: string | null; after?: string; limit: number },
): Promise<Pass[]> {
  const { results } = await db
    .prepare(`${select} WHERE pass_id > ?1 AND (?2 IS NULL OR client_id = ?2) ORDER BY pass_id LIMIT ?3`)
    .bind(after, clientId, limit)
    .all<Row>();
  return results.map(toPass);
}

/** Makes one pass as new, or all of them; how many there were. */
export async function resetPasses(db: D1Database, passId: string | null = null): Promise<number> {
  const { meta } = await db
    .prepare(
      `UPDATE passes SET status = 'ACTIVE', points = NULL, level = NULL, end_date = NULL, data_info = NULL,
         code_info = NULL, revision = 0, updated_at = ?1
       WHERE ?2 IS NULL OR pass_id = ?2`,
    )
    .bind(Date.now(), passId)
    .run();
  return meta.changes;
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

/** What a column of its own shows: a number or a short text, and nothing else. */
function toColumn(value: unknown): number | string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null; // JSON's 1e999
  return typeof value === 'string' && value.length <= 64 ? value : null;
}
