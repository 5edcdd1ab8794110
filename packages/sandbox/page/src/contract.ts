/** The spec as the form needs it: without the headers that sealing fills, and with examples for the pass at hand. */

type Json = Record<string, unknown>;

/** An OpenAPI document, as far as this file looks into it. */
export interface Contract {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation extends Json {
  parameters?: { name: string; in: string }[];
  requestBody?: { content?: Record<string, { examples?: Record<string, Example> }> };
}

/** A body to begin with; text if it is not JSON. */
export interface Example {
  summary?: string;
  value: Json | string;
}

const idNames = ['passId', 'merchantId', 'userId', 'templateCode'] as const;

/** The ids that an example names. */
export type PassIds = { [Name in (typeof idNames)[number]]?: string | null };

/** Headers that sealing fills (A1, A5): nobody types them. */
const sealed = new Set(['client-id', 'signature', 'encrypt', 'request-time']);

/** What the examples are made to fit. */
export interface ExampleOptions {
  /** The ids that they name. */
  pass?: PassIds | undefined;
  /** Milliseconds since the epoch: an `endDate` before this becomes the end of the next year in Hong Kong. */
  now: number;
  /** An example that comes before those of the spec. */
  linked?: Example | undefined;
}

/** The document for the form, and where its operation is. The given document stays as it is. */
export function contractFor(
  contract: Contract,
  { pass, now, linked }: ExampleOptions,
): { spec: Contract; pathMethod: [path: string, method: string] } {
  const spec = structuredClone(contract);
  const [[path, methods] = ['', {}]] = Object.entries(spec.paths);
  const [method = ''] = Object.keys(methods);
  for (const operation of Object.values(spec.paths).flatMap((each) => Object.values(each))) {
    const typed = operation.parameters?.filter(
      ({ name, in: at }) => at !== 'header' || !sealed.has(name.toLowerCase()),
    );
    if (typed) operation.parameters = typed;
    for (const media of Object.values(operation.requestBody?.content ?? {})) {
      for (const { value } of Object.values(media.examples ?? {})) {
        if (typeof value !== 'object') continue;
        if (pass) nameThePass(value, pass);
        if (typeof value.endDate === 'number' && value.endDate < now) value.endDate = endOfNextYear(now);
      }
      if (linked) media.examples = { linked, ...media.examples };
    }
  }
  return { spec, pathMethod: [path, method] };
}

/** Puts the ids of the pass where the example has its own; one that the pass does not have is left out. */
function nameThePass(example: Json, pass: PassIds): void {
  for (const name of idNames) {
    if (!(name in example) || pass[name] === undefined) continue;
    if (pass[name] === null) delete example[name];
    else example[name] = pass[name];
  }
  // The pass has a userId: an example that names the user by openId would be for another user.
  if ('openId' in example && pass.userId) {
    delete example.openId;
    example.userId = pass.userId;
  }
}

function endOfNextYear(now: number): number {
  return Date.UTC(new Date(now).getUTCFullYear() + 1, 11, 31, 15, 59, 59); // 23:59:59 at UTC+8
}
