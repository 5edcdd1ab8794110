/** Old batches leave D1, or their lines would fill it. What became of a pass is in its mailbox, for as long as that lives. */

/** How long a batch can be asked for, in milliseconds: thirty days from its begin, and no line is under way that long. */
export const batchLifetime = 30 * 86_400_000;
// D1 works on one statement at a time: none may take long.
const linesAtOnce = 5_000;
/** Most statements of lines in one run: a run may make a thousand calls. */
const mostRounds = 200;

/**
 * Deletes the batches that began before a time, the oldest first; what one run does not get to is left to the next.
 *
 * @param before - milliseconds since the epoch
 */
export async function clearBatches(db: D1Database, before: number): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const oldest = await db
      .prepare('SELECT batch_id AS batchId FROM batches WHERE started_at < ?1 ORDER BY started_at LIMIT 1')
      .bind(before)
      .first<{ batchId: string }>();
    if (oldest === null) return;
    const { meta } = await db
      .prepare(
        `DELETE FROM batch_lines WHERE batch_id = ?1 AND line IN (
           SELECT line FROM batch_lines WHERE batch_id = ?1 ORDER BY line LIMIT ?2)`,
      )
      .bind(oldest.batchId, linesAtOnce)
      .run();
    if (meta.changes > 0) continue;
    // Last: until then the batch is found again.
    await db.batch([
      db.prepare('DELETE FROM malformed_lines WHERE batch_id = ?1').bind(oldest.batchId),
      db.prepare('DELETE FROM batches WHERE batch_id = ?1').bind(oldest.batchId),
    ]);
  }
}
