/** The pass templates. A template belongs to one merchant. */
import { runOne, type SqlStore, selectRows } from '../store.ts';

/** A template of passes. */
export interface Template {
  /** Its id. */
  templateCode: string;
  /** The merchant that it belongs to. */
  merchantId: string;
  /** A name for people. */
  name: string | null;
}

/** Creates a template; `false` if there is one with this code. */
export async function createTemplate(store: SqlStore, template: Template): Promise<boolean> {
  const { templateCode, merchantId, name } = template;
  const sql = 'INSERT INTO templates (template_code, merchant_id, name) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING';
  return (await runOne(store, sql, templateCode, merchantId, name)).changes === 1;
}

/** The template with this code. */
export async function readTemplate(store: SqlStore, templateCode: string): Promise<Template | undefined> {
  const [template] = await selectRows<Template>(store, `${select} WHERE template_code = ?1`, templateCode);
  return template;
}

/** Every template, by code. */
export function listTemplates(store: SqlStore): Promise<Template[]> {
  return selectRows<Template>(store, `${select} ORDER BY template_code`);
}

const select = 'SELECT template_code AS templateCode, merchant_id AS merchantId, name FROM templates';
