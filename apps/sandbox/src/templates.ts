/** The pass templates in D1. A template belongs to one merchant. */

/** A template of passes. */
export interface Template {
  templateCode: string;
  merchantId: string;
  name: string | null;
}

/** Creates a template; `false` if there is one of this code. */
export async function createTemplate(db: D1Database, template: Template): Promise<boolean> {
  const { templateCode, merchantId, name } = template;
  const { meta } = await db
    .prepare('INSERT INTO templates (template_code, merchant_id, name) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING')
    .bind(templateCode, merchantId, name)
    .run();
  return meta.changes === 1;
}

/** The template of this code. */
export async function readTemplate(db: D1Database, templateCode: string): Promise<Template | undefined> {
  const row = await db.prepare(`${select} WHERE template_code = ?1`).bind(templateCode).first<Template>();
  return row ?? undefined;
}

/** Every template, by code. */
export async function listTemplates(db: D1Database): Promise<Template[]> {
  return (await db.prepare(`${select} ORDER BY template_code`).all<Template>()).results;
}

const select = 'SELECT template_code AS templateCode, merchant_id AS merchantId, name FROM templates';
